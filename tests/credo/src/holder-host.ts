import { createBillfold, createPasswordHasher, localKeyring, memoryStorage, newKey, silentLogger } from '@billfold/core'
import { createRouteMatcher, type MountableApi } from '@billfold/core/http'
import { credentials, trustAnchors } from '@billfold/credentials'
import { z } from 'zod'

const pin = '471147'
const userSchema = z.object({
  result: z.object({ id: z.string(), signingMethods: z.array(z.object({ id: z.string() })).min(1) }),
})

/** What a holder is created with. */
export interface HolderHostOptions {
  /** DER, of the issuers and verifiers that it trusts. */
  readonly authority: Uint8Array
  /** Sends its requests. */
  readonly fetch: typeof fetch
}

/** Where the browser returns to from an issuer's page. */
export const redirectUri = 'https://wallet.example.com/back'

/** Creates our holder, and one user of it. */
export async function createHolderHost(options: HolderHostOptions) {
  let waitedMs = 0
  const trusted = trustAnchors([{ certificate: options.authority }])
  const billfold = createBillfold({
    storage: memoryStorage(),
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    logger: silentLogger,
    now: () => Date.now() + waitedMs,
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      concurrency: 4,
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
      perAnonymousSource: 1000,
    }),
    modules: [
      credentials({
        holder: {
          redirectUri,
          issuers: trusted,
          verifiers: trusted,
          transactionDataTypes: ['payment'],
          http: async ({ url, method, headers, body }) => {
            const response = await options.fetch(url, {
              method,
              headers,
              redirect: 'manual',
              ...(body !== undefined && { body }),
            })
            return {
              status: response.status,
              headers: Object.fromEntries(response.headers),
              body: await response.text(),
            }
          },
        },
      }),
    ],
  })
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'test', scopes: ['custody', 'holder'] })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  const send = async (api: MountableApi, method: string, path: string, json?: object, signingMethod?: string) => {
    const matched = createRouteMatcher(api.routes)(method, path)
    if (matched === undefined) throw new Error(`no route for ${path}`)
    const { status, body } = await api.handle(matched.route, {
      method,
      path,
      mount: '',
      params: matched.params,
      query: '',
      headers: {
        authorization,
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(signingMethod !== undefined && { 'signing-method': signingMethod }),
      },
      ip: '127.0.0.1',
      body: json === undefined ? { kind: 'none' } : { kind: 'parsed', value: json },
      signal: new AbortController().signal,
    })
    const parsed: unknown = JSON.parse(typeof body === 'string' && body !== '' ? body : '{}')
    return { status, body: z.record(z.string(), z.unknown()).parse(parsed) }
  }
  const created = await send(billfold.custody, 'POST', '/api/users', { signingMethod: { type: 'PIN', value: pin } })
  const { id: userId, signingMethods } = userSchema.parse(created.body).result
  const signingMethod = `${signingMethods[0]?.id ?? ''}:${pin}`
  return {
    billfold,
    userId,
    /** Lets time go by for the holder. */
    wait: (ms: number) => {
      waitedMs += ms
    },
    /** Calls a route of the user, without a signing method. */
    call: (method: string, path: string, json?: object) =>
      send(billfold.credentials.holder, method, `/users/${userId}${path}`, json),
    /** Calls a route of the user with the user's PIN. */
    approve: (method: string, path: string, json?: object) =>
      send(billfold.credentials.holder, method, `/users/${userId}${path}`, json, signingMethod),
  }
}

/** A host of our holder. */
export type HolderHost = Awaited<ReturnType<typeof createHolderHost>>

const requestSchema = z.object({ id: z.string() })
const consentSchema = z.object({ consent: z.string() })

/** Receives a request, agrees to what would be sent, and presents it. */
export async function presentTo(
  { call, approve }: HolderHost,
  source: object,
  choice: Readonly<Record<string, string>>,
) {
  const { id } = requestSchema.parse((await call('POST', '/requests', source)).body)
  const { consent } = consentSchema.parse((await approve('POST', `/requests/${id}/consent`, { choice })).body)
  return approve('POST', `/requests/${id}/present`, { choice, consent })
}
