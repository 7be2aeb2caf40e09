import { loadCertificates } from './certificates.ts'
import { present } from './present.ts'

const [, , uri] = process.argv
if (uri === undefined) throw new Error("usage: node dist/wallet.js 'openid4vp://…'")
const { provider } = await loadCertificates('certificates.json')
console.log(await present(uri, provider))
