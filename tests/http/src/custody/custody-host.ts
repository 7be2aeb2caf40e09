import type { HttpReply, RequestDriver } from '../request-driver.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import {
  type Billfold,
  type BillfoldOptions,
  createBillfold,
  type CustodyOptions,
  localKeyring,
  memoryStorage,
  newKey,
  createPasswordHasher,
  type Storage,
} from '@billfold/core'
import type { JsonValue } from '../json-value.ts'

/** An instance with a fast password hasher and a service key for the custody API. */
export interface CustodyHost {
  readonly billfold: Billfold
  /** A Basic `Authorization` header. */
  readonly authorization: string
  readonly serviceKey: { readonly keyId: string; readonly keySecret: string }
}

/** Creates an instance, by default over a storage in memory. */
export async function createCustodyHost(
  storage: Storage = memoryStorage(),
  tenant = 'default',
  custody: CustodyOptions = {},
  more: Partial<BillfoldOptions> = {},
): Promise<CustodyHost> {
  const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
  const billfold = createBillfold({
    storage,
    keyring,
    tenant,
    custody,
    failedAttemptLimit: { limit: 100_000, windowSeconds: 600 },
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
    ...more,
  })
  const serviceKey = await billfold.serviceKeys.create({ tag: 'suite', scopes: ['custody'] })
  return { billfold, serviceKey, authorization: basicAuthorization(serviceKey.keyId, serviceKey.keySecret) }
}

/** A reply of the custody API. */
export interface CustodyReply {
  readonly status: number
  readonly result: JsonValue
  readonly codes: readonly string[]
}

/** Calls the custody API and unwraps its response format. */
export async function callCustody(
  client: RequestDriver,
  authorization: string,
  method: string,
  path: string,
  json?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<CustodyReply> {
  const answer: HttpReply = await client.request(method, path, {
    headers: { authorization, ...headers },
    ...(json !== undefined && { json }),
  })
  const envelope = answer.json as { result?: unknown; errors?: readonly { code: string }[] } | undefined
  return { status: answer.status, result: envelope?.result, codes: envelope?.errors?.map(({ code }) => code) ?? [] }
}
