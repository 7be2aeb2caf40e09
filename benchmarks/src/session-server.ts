import { serveCompared } from './serve-compared.ts'
import { bareSessions } from './session-bare.ts'
import { billfoldSessions } from './session-billfold.ts'

// Run by session.ts as `node session-server.js <which> <database> <users>`.

const [which, url = '', users = ''] = process.argv.slice(2)
serveCompared(await (which === 'bare' ? bareSessions : billfoldSessions)(url, Number(users)))
