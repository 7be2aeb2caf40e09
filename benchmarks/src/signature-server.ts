import { serveCompared } from './serve-compared.ts'
import { bareSignatures } from './signature-bare.ts'
import { billfoldSignatures } from './signature-billfold.ts'

// Run by signature.ts as `node signature-server.js <which> <database> <wallets>`.

const [which, url = '', wallets = ''] = process.argv.slice(2)
serveCompared(await (which === 'bare' ? bareSignatures : billfoldSignatures)(url, Number(wallets)))
