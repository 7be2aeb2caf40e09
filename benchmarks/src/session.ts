import {
  connect,
  type Connection,
  type ConnectionOptions,
  generateClientKeyPair,
  getSessionResponse,
  loginUrl,
  requestSession,
  verifyPin,
} from '@billfold/core/client'
import { z } from 'zod'
import { compareOnPostgres } from './compare-on-postgres.ts'
import type { ComparedServer } from './compared-servers.ts'
import { pinConfiguration, type SessionCaller, sessionCaller } from './session-caller.ts'
import { pincode } from './signature-caller.ts'

// CPU time of a login by an authentication session on PostgreSQL, with a PIN whose hash costs nothing: a relying party creates the
// session, a page starts it, goes to the PIN and enters it, and the relying party gets the claims. Billfold on Express, and a bare
// Express route over pg with the same guarantees. The servers take turns: node dist/session.js [rounds] [logins per round]

type SessionServer = ComparedServer<SessionCaller>

const skipped = z.object({ data: z.object({ token: z.string() }) })
const relyingPartyKeys = generateClientKeyPair('secp256k1')
let logins = 0

/** Connects to a server with what is known of it, so that no request for it is measured. */
function connectTo({ ready: { port, publicKey } }: SessionServer, options: Partial<ConnectionOptions>) {
  const url = `http://127.0.0.1:${port}`
  const send = options.fetch ?? fetch
  return connect({
    ...options,
    url,
    systemPublicKey: publicKey,
    fetch: async (input, init) =>
      input === `${url}/environment` ? Response.json({ EC_CURVE_NAME: 'secp256k1' }) : send(input, init),
  })
}

/** Opens the link of a login in a new browser. Returns the connection of its page. */
async function startInBrowser(server: SessionServer, link: string): Promise<Connection> {
  // Every browser has an address of its own, so that none exceeds a rate limit.
  const address = (++logins).toString(16).padStart(8, '0')
  const forwarded = { 'x-forwarded-for': `2001:db8:${address.slice(0, 4)}:${address.slice(4)}::1` }
  const answer = await fetch(link, { redirect: 'manual', headers: forwarded })
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
  await answer.text()
  if (answer.status !== 302 || cookie === '') throw new Error(`the session did not start: ${answer.status}`)
  return connectTo(server, {
    fetch: (input, init) => fetch(input, { ...init, headers: { ...forwarded, cookie, ...Object(init?.headers) } }),
  })
}

async function logIn(server: SessionServer, client: number): Promise<void> {
  const { licence, users } = server.ready
  const userId = users[client]
  const relyingParty = await connectTo(server, { licence, keyPair: relyingPartyKeys })
  const details = { origin: 'https://shop.example', scopes: '', authtype: 'pin', metadata: { order: 'benchmark' } }
  const session = { ...details, dvcID: pinConfiguration, userId }
  const { sessionId, url } = await requestSession(relyingParty, session)
  const page = await startInBrowser(server, loginUrl(relyingParty, url))
  const { token } = skipped.parse(await page.call('POST', '/v2/skip_face', { data: { sessionId } })).data
  const isAuthenticated = await verifyPin(page, { pin: pincode, isTrustedDevice: false }, { token })
  const claims = await getSessionResponse(relyingParty, sessionId)
  if (!isAuthenticated || claims?.['userId'] !== userId) throw new Error('the login failed')
}

await compareOnPostgres({
  title: 'a login by an authentication session, with a PIN whose hash costs nothing',
  program: 'session-server.js',
  ready: sessionCaller.extend({ port: z.number() }),
  clients: 8,
  operate: logIn,
})
