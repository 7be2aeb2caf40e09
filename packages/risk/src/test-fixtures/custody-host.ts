import {
  type Billfold,
  type ChainClients,
  createBillfold,
  createPasswordHasher,
  type CustodyOptions,
  type Keyring,
  localKeyring,
  memoryStorage,
  type ModuleResults,
  newKey,
  silentLogger,
  type Storage,
} from '@billfold/core'
import { z } from 'zod'
import type { RiskOptions } from '../options.ts'
import { risk } from '../risk.ts'

/** A Billfold with the module. */
export type BillfoldWithRisk = Billfold & ModuleResults<readonly [ReturnType<typeof risk>]>

/** The reply of the custody API. */
export interface CustodyReply {
  readonly status: number
  readonly result: unknown
  readonly codes: readonly string[]
  readonly messages: readonly string[]
}

/** Calls an operation of the custody API by its id; `method` is sent in the Signing-Method header. */
export type CustodyCall = (
  operation: string,
  input?: {
    readonly params?: Readonly<Record<string, string>>
    readonly body?: object
    readonly method?: string
    readonly idempotencyKey?: string
    /** The source address. Default: 127.0.0.1. */
    readonly ip?: string
  },
) => Promise<CustodyReply>

/** A host with the module, and a caller of its custody API. */
export interface CustodyHost {
  readonly billfold: BillfoldWithRisk
  readonly call: CustodyCall
}

/** What several hosts over one storage share. */
export interface HostOptions {
  readonly storage?: Storage
  readonly keyring?: Keyring
  readonly now?: () => number
  readonly risk?: RiskOptions
  readonly custody?: CustodyOptions
  readonly chainClients?: ChainClients
}

const replySchema = z.object({
  result: z.unknown().optional(),
  errors: z.array(z.object({ code: z.string(), message: z.string().default('') })).default([]),
})

/** Creates a host whose password hasher is fast enough for tests. */
export async function createCustodyHost(options: HostOptions = {}): Promise<CustodyHost> {
  const { storage = memoryStorage(), keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }) } = options
  const billfold = createBillfold({
    storage,
    keyring,
    logger: silentLogger,
    ...(options.now !== undefined && { now: options.now }),
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      concurrency: 4,
      queue: 1000,
      perSource: 1000,
      perAnonymousSource: 1000,
      // A machine that does something else beside the suite is no reason to be refused.
      maxWaitSeconds: 600,
    }),
    custody: { rawSignatures: true, chainClients: options.chainClients ?? {}, ...options.custody },
    modules: [risk(options.risk)],
  })
  const { keyId, keySecret } = await billfold.serviceKeys.create({
    tag: 'test',
    scopes: ['custody', 'custody:all-users'],
  })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  return { billfold, call: createCall(billfold, authorization) }
}

function createCall({ custody }: BillfoldWithRisk, authorization: string): CustodyCall {
  return async (operation, { params = {}, body, method, idempotencyKey, ip = '127.0.0.1' } = {}) => {
    const route = custody.routes.find(({ id }) => id === operation)
    if (route === undefined) throw new Error(`Unknown operation: ${operation}`)
    const reply = await custody.handle(route, {
      method: route.method,
      path: route.path,
      mount: '',
      params,
      query: '',
      headers: {
        authorization,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(method !== undefined && { 'signing-method': method }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      ip,
      body: body === undefined ? { kind: 'none' } : { kind: 'parsed', value: body },
      signal: new AbortController().signal,
    })
    if (typeof reply.body !== 'string') throw new Error('The reply is not JSON')
    const { result, errors } = replySchema.parse(JSON.parse(reply.body))
    return {
      status: reply.status,
      result,
      codes: errors.map(({ code }) => code),
      messages: errors.map(({ message }) => message),
    }
  }
}

const userSchema = z.object({ id: z.string(), signingMethods: z.array(z.object({ id: z.string() })) })
const idSchema = z.object({ id: z.string() })

/** A user with a wallet. */
export interface WalletOwner {
  readonly userId: string
  readonly walletId: string
  /** The Signing-Method header of the PIN. */
  readonly pin: string
}

/** The PIN of every user of the tests. */
export const pincode = '471147'

/** Creates a user with a wallet, by default on Ethereum. */
export async function createWalletOwner(call: CustodyCall, secretType = 'ETHEREUM'): Promise<WalletOwner> {
  const created = await call('createUser', { body: { signingMethod: { type: 'PIN', value: pincode } } })
  const user = userSchema.parse(created.result)
  const body = { secretType, userId: user.id, pincode }
  const { id: walletId } = idSchema.parse((await call('createWallet', { body })).result)
  return { userId: user.id, walletId, pin: `${user.signingMethods[0]?.id ?? ''}:${pincode}` }
}

/** Adds a signing method to a user and returns its header. */
export async function addMethod(
  call: CustodyCall,
  { userId, pin }: WalletOwner,
  type: string,
  value: string,
): Promise<string> {
  const added = await call('createSigningMethod', { params: { userId }, body: { type, value }, method: pin })
  return `${idSchema.parse(added.result).id}:${value}`
}

/** The body that signs a text. */
export function messageBody(walletId: string, data: string): { readonly body: object } {
  return { body: { pincode, signatureRequest: { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data } } }
}
