import { relative, resolve } from 'node:path'
import type { Settings } from './settings.ts'

/** What is mounted: where, and what its first calls are. */
interface Mounted {
  readonly path: string
  readonly title: string
  readonly calls: (settings: Settings) => string
}

const mounted: readonly Mounted[] = [
  { path: '/custody', title: 'Custody: users, signing methods, wallets, signatures', calls: custodyCalls },
  { path: '/walletapi', title: 'Authentication: sessions, faces, PINs', calls: authenticationCalls },
  { path: '/dids', title: 'DIDs: identity wallets, vaults, resolution', calls: didCalls },
]

/** A plain page: what is mounted, calls to copy and paste, links to the OpenAPI documents. */
export function frontPage(settings: Settings): string {
  const sections = mounted.map(
    ({ path, title, calls }) => `<section>
<h2>${escaped(title)}</h2>
<p>Mounted at <code>${path}</code> · <a href="${path}/openapi.json">OpenAPI document</a></p>
<pre><code>${escaped(calls(settings))}</code></pre>
</section>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Billfold example host</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c1c1c; background: #fff }
pre { background: #f3f3f3; padding: 1rem; overflow-x: auto; border-radius: 6px; font-size: 14px }
a { color: #0b57d0 }
</style>
</head>
<body>
<h1>Billfold example host</h1>
<p>This host runs on ${escaped(settings.framework)}. The calls below use the demo credentials that it wrote on its first start;
copy them into a shell in the folder that the host was started in. They need curl and Node.</p>
${sections.join('\n')}
<section>
<h2>Onboarding: wallet login, users with documents, applications</h2>
<p>Mounted at <code>/onboarding</code> · <a href="/onboarding/openapi.json">OpenAPI document</a> ·
<a href="/demo/onboarding">sign in and apply with a wallet</a></p>
</section>
</body>
</html>
`
}

function custodyCalls(settings: Settings): string {
  const credentials = relative(process.cwd(), resolve(settings.dataDirectory, 'credentials.json'))
  return `# what the host made on its first start
CUSTODY=${settings.baseUrl}/custody
KEY=$(node -p "k=JSON.parse(fs.readFileSync('${credentials}')).serviceKey;k.keyId+':'+k.keySecret")

# a user with a PIN
USER_ID=$(curl -sS -u "$KEY" $CUSTODY/api/users -H 'content-type: application/json' \\
  -d '{"reference":"my first user","signingMethod":{"type":"PIN","value":"123456"}}' \\
  | node -p 'JSON.parse(fs.readFileSync(0)).result.id')

# an Ethereum wallet of that user
WALLET_ID=$(curl -sS -u "$KEY" $CUSTODY/api/wallets -H 'content-type: application/json' \\
  -d "{\\"secretType\\":\\"ETHEREUM\\",\\"userId\\":\\"$USER_ID\\",\\"pincode\\":\\"123456\\"}" \\
  | node -p 'JSON.parse(fs.readFileSync(0)).result.id')
curl -sS -u "$KEY" $CUSTODY/api/wallets/$WALLET_ID; echo

# a signature with it
curl -sS -u "$KEY" $CUSTODY/api/signatures -H 'content-type: application/json' \\
  -d "{\\"pincode\\":\\"123456\\",\\"signatureRequest\\":{\\"type\\":\\"MESSAGE\\",\\"secretType\\":\\"ETHEREUM\\",\\"walletId\\":\\"$WALLET_ID\\",\\"data\\":\\"hello\\"}}"; echo
`
}

function authenticationCalls(settings: Settings): string {
  const credentials = relative(process.cwd(), resolve(settings.dataDirectory, 'credentials.json'))
  return `# the service key that the host made on its first start; with a licence, use @billfold/core/client
AUTH=${settings.baseUrl}/walletapi
KEY_ID=$(node -p "JSON.parse(fs.readFileSync('${credentials}')).serviceKey.keyId")
KEY_SECRET=$(node -p "JSON.parse(fs.readFileSync('${credentials}')).serviceKey.keySecret")

curl -sS $AUTH/healthz; echo

# who of these is enrolled
curl -sS $AUTH/check_enrollment -H "keyId: $KEY_ID" -H "keySecret: $KEY_SECRET" \\
  -H 'content-type: application/json' -d '{"list":[{"did":"did:ethr:0x01"}]}'; echo

# a session to log somebody in with
curl -sS -X PUT $AUTH/sessions/session/new -H "keyId: $KEY_ID" -H "keySecret: $KEY_SECRET" \\
  -H 'content-type: application/json' -d '{"origin":"${settings.baseUrl}","scopes":"wallet","authtype":"face"}'; echo
`
}

function didCalls(settings: Settings): string {
  const credentials = relative(process.cwd(), resolve(settings.dataDirectory, 'credentials.json'))
  return `DIDS=${settings.baseUrl}/dids
KEY=$(node -p "k=JSON.parse(fs.readFileSync('${credentials}')).serviceKey;k.keyId+':'+k.keySecret")

# a wallet with a service and a delegate in its DID document
DID=$(curl -sS -u "$KEY" $DIDS/wallet -H 'content-type: application/json' \\
  -d '{"walletConfig":{"txsInput":[{"service":{"name":"Agent","value":"https://agent.example"}},{"delegate":{}}]}}' \\
  | node -p 'JSON.parse(fs.readFileSync(0)).wallet.did')

# the document, which needs no key
curl -sS $DIDS/1.0/identifiers/$DID; echo

# another name for it, with a token that its own key signs
BODY="{\\"wallets\\":[{\\"did\\":\\"$DID\\",\\"alias\\":\\"my first DID\\"}]}"
BOD=$(printf %s "$BODY" | node -p "crypto.createHash('sha256').update(fs.readFileSync(0)).digest('base64url')")
TOKEN=$(curl -sS -u "$KEY" $DIDS/wallet/auth -H 'content-type: application/json' \\
  -d "{\\"did\\":\\"$DID\\",\\"act\\":\\"POST /wallet/rename\\",\\"bod\\":\\"$BOD\\"}" \\
  | node -p 'JSON.parse(fs.readFileSync(0)).token')
curl -sS -u "$KEY" $DIDS/wallet/rename -H 'content-type: application/json' -H "x-did-auth: $TOKEN" -d "$BODY"; echo
`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
