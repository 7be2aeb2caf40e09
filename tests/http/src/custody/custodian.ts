import {
  type Billfold,
  createBillfold,
  type CustodyOptions,
  localKeyring,
  memoryStorage,
  newKey,
  createPasswordHasher,
  type Storage,
} from '@billfold/core'
import type { Answer, Client } from '../client.ts'
import type { ReplyJson } from '../reply-json.ts'

/** Billfold for a suite, with a slow hash that is quick, and a service key for its custody API. */
export interface Custodian {
  readonly billfold: Billfold
  /** A Basic `Authorization` header. */
  readonly authorization: string
  readonly serviceKey: { readonly keyId: string; readonly keySecret: string }
}

/** Puts Billfold together over a storage: one in memory, unless another is given. */
export async function custodian(
  storage: Storage = memoryStorage(),
  tenant = 'default',
  custody: CustodyOptions = {},
): Promise<Custodian> {
  const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
  const billfold = createBillfold({
    storage,
    keyring,
    tenant,
    custody,
    failedAttemptLimit: { limit: 100_000, windowSeconds: 600 },
    passwordHasher: createPasswordHasher({ cost: { logN: 4, r: 1, p: 1 }, queue: 1000, perSource: 1000 }),
  })
  const serviceKey = await billfold.serviceKeys.create({ tag: 'suite', scopes: ['custody'] })
  return { billfold, serviceKey, authorization: basic(serviceKey.keyId, serviceKey.keySecret) }
}

/** A Basic `Authorization` header (RFC 7617). */
export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

/** What the custody API answered: its envelope, taken apart. */
export interface Outcome {
  readonly status: number
  readonly result: ReplyJson
  readonly codes: readonly string[]
}

/** What can send a request to the API: a client, or less. */
export type Asker = Pick<Client, 'request'>

/** Calls the custody API and takes its envelope apart. */
export async function call(
  client: Asker,
  authorization: string,
  method: string,
  path: string,
  json?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const answer: Answer = await client.request(method, path, {
    headers: { authorization, ...headers },
    ...(json !== undefined && { json }),
  })
  const envelope = answer.json as { result?: unknown; errors?: readonly { code: string }[] } | undefined
  return { status: answer.status, result: envelope?.result, codes: envelope?.errors?.map(({ code }) => code) ?? [] }
}
