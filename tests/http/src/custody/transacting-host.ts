import {
  type ChainClient,
  createBillfold,
  type Billfold,
  type CustodyOptions,
  type Keyring,
  localKeyring,
  newKey,
  createPasswordHasher,
  type Storage,
} from '@billfold/core'
import { sendRequest } from '../send-request.ts'
import { startHost } from '../hosts/start-host.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import { callCustody, type CustodyReply } from './custody-host.ts'

/** A host whose Ethereum node belongs to the test. */
export interface TransactingHost {
  readonly billfold: Billfold
  readonly port: number
  /** A Basic `Authorization` header for the host. */
  readonly authorization: string
  readonly call: (
    method: string,
    path: string,
    json?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<CustodyReply>
  readonly close: () => Promise<void>
}

/** The PIN of every wallet. */
export const pincode = '471147'

/** Creates a keyring for hosts that share a storage. */
export function sharedKeyring(): Keyring {
  return localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
}

/** Starts a host over a storage. */
export async function startTransactingHost(
  storage: Storage,
  keyring: Keyring,
  ethereum: ChainClient | undefined,
  now: () => number = Date.now,
  custody: CustodyOptions = {},
): Promise<TransactingHost> {
  const billfold = createBillfold({
    storage,
    keyring,
    now,
    failedAttemptLimit: { limit: 100_000, windowSeconds: 600 },
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
    custody: { chainClients: ethereum === undefined ? {} : { ETHEREUM: ethereum }, ...custody },
  })
  const key = await billfold.serviceKeys.create({ tag: 'suite', scopes: ['custody'] })
  const host = await startHost({ framework: 'koa', through: 'app', prefix: '', parser: false }, billfold.custody)
  const authorization = basicAuthorization(key.keyId, key.keySecret)
  return {
    billfold,
    authorization,
    port: host.port,
    close: host.close,
    call: createCustodyCaller(host.port, authorization),
  }
}

/** Creates a function that calls the custody API at a port of this machine. */
export function createCustodyCaller(port: number, authorization: string): TransactingHost['call'] {
  const client = { request: (method: string, path: string, sent = {}) => sendRequest(port, method, path, sent) }
  return (method, path, json, headers) => callCustody(client, authorization, method, path, json, headers)
}

/** Creates an Ethereum wallet without a user. */
export async function createWallet({
  call,
}: Pick<TransactingHost, 'call'>): Promise<{ readonly id: string; readonly address: string }> {
  const { result } = await call('POST', '/api/wallets', { secretType: 'ETHEREUM', pincode })
  return result
}

/** Sends a transaction of a wallet. */
export function sendTransaction(
  { call }: Pick<TransactingHost, 'call'>,
  walletId: string,
  request: Readonly<Record<string, unknown>>,
  idempotencyKey?: string,
): Promise<CustodyReply> {
  const body = { pincode, transactionRequest: { type: 'TRANSFER', secretType: 'ETHEREUM', walletId, ...request } }
  return call(
    'POST',
    '/api/transactions',
    body,
    idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
  )
}
