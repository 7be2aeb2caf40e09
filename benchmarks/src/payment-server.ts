import { barePayments } from './payment-bare.ts'
import { billfoldPayments } from './payment-billfold.ts'
import { serveCompared } from './serve-compared.ts'

// Run by payment.ts as `node payment-server.js <which> <database> <pairs>`.

const [which, url = '', pairs = ''] = process.argv.slice(2)
serveCompared(await (which === 'bare' ? barePayments : billfoldPayments)(url, Number(pairs)))
