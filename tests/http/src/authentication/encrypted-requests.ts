import type { FuzzedAccess } from '../fuzz/fuzzed-api.ts'
import type { Random } from '../fuzz/random.ts'
import type { CompleteRequest } from '../fuzz/requests.ts'
import type { RequestDriver } from '../request-driver.ts'
import { createEncryptingClient, type EncryptingClient } from './encrypting-client.ts'
import { createSelfie } from './fixtures.ts'
import { visitSessionUrl } from './login-flow.ts'

/** A session in a browser of its own. */
interface Login {
  readonly client: EncryptingClient
  readonly sessionId: string
  readonly cookie: string
  /** The token of a step, if the session has got as far as its PIN. */
  readonly token: string | undefined
}

const loginCount = 8
const requestsPerLogin = 25

/** Opens sessions in browsers and encrypts requests with their keys; each is replaced after a while, since sessions end. */
export async function createEncryptedRequests(
  driver: RequestDriver,
  { licence, users }: NonNullable<FuzzedAccess['secureChannel']>,
  fields: Map<string, readonly string[]>,
): Promise<CompleteRequest> {
  const relyingParty = await createEncryptingClient(driver, { licence })
  const logins: Login[] = []
  let requestCount = 0
  const renew = async (): Promise<void> => {
    const at = Math.floor(requestCount / requestsPerLogin)
    logins[at % loginCount] = await openLogin(driver, relyingParty, users[at % users.length], at % 3 === 0)
    const sessionIds = logins.map(({ sessionId }) => sessionId)
    for (const name of ['sessionId', 'session', 'id']) fields.set(name, sessionIds)
    fields.set(
      'token',
      logins.flatMap(({ token }) => token ?? []),
    )
  }
  for (; requestCount < loginCount * requestsPerLogin; requestCount += requestsPerLogin) await renew()
  return async (request, random) => {
    if (++requestCount % requestsPerLogin === 0) await renew()
    if (random.chance(0.1)) return request
    const text = `${request.path} ${request.body.toString('latin1')}`
    const login = logins.find(({ sessionId }) => text.includes(sessionId)) ?? random.pick(logins)
    const isRelyingParty = random.chance(0.4)
    const { client, cookie, token } = isRelyingParty ? { ...login, client: relyingParty } : login
    const own = await client.headers(token !== undefined && !isRelyingParty ? { token } : {})
    const body =
      request.body.length > 0 && random.chance(0.85) ? await encryptBody(client, request.body, random) : request.body
    const headers = {
      ...request.headers,
      ...own,
      cookie,
      ...(body.length > 0 && { 'content-length': String(body.length) }),
    }
    return { ...request, headers, body }
  }
}

async function encryptBody(client: EncryptingClient, body: Buffer, random: Random): Promise<Buffer> {
  const data = await client.channel.encrypt(body.toString())
  if (random.chance(0.95)) return Buffer.from(JSON.stringify({ data }))
  const at = random.below(data.length)
  return Buffer.from(
    JSON.stringify({ data: data.slice(0, at) + random.pick(['', 'A', '=', '\0']) + data.slice(at + 1) }),
  )
}

async function openLogin(
  driver: RequestDriver,
  relyingParty: EncryptingClient,
  user: { readonly id: string; readonly person: string } | undefined,
  withPin: boolean,
): Promise<Login> {
  const data = { userId: user?.id, dvcID: withPin ? 'pin' : 'still' }
  const created = await relyingParty.send('PUT', '/sessions/session/new', { data })
  const { sessionId, url } = (created.json ?? {}) as { readonly sessionId?: string; readonly url?: string }
  if (sessionId === undefined || url === undefined) throw new Error(`no session: ${created.status} ${created.text}`)
  const { headers } = await visitSessionUrl(driver, url)
  const [cookie = ''] = String(headers['set-cookie']).split(';')
  const client = await createEncryptingClient(driver)
  if (!withPin) return { client, sessionId, cookie, token: undefined }
  const face = { sessionId, deviceId: 'phone', selfie: createSelfie(user?.person ?? '') }
  const { decrypted } = await client.send('POST', '/v2/submit_face', { data: face, headers: { cookie } })
  const { token } = (decrypted ?? {}) as { readonly token?: string }
  return { client, sessionId, cookie, token }
}
