import type { RequestDriver } from '../request-driver.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import {
  type AdditionalModule,
  type Billfold,
  type BillfoldOptions,
  createBillfold,
  type Keyring,
  localKeyring,
  memoryStorage,
  newKey,
  type PaymentsOptions,
  createPasswordHasher,
  type Storage,
} from '@billfold/core'
import { storageRateLimiter } from '@billfold/core/rate-limits'
import type { JsonValue } from '../json-value.ts'

/** An instance with a fast password hasher for the suites of the payments API. */
export interface PaymentsHost {
  readonly billfold: Billfold
  /** A Basic `Authorization` header with the scopes for gateways and subscriptions. */
  readonly serviceAuthorization: string
  /** The delivered notifications. */
  readonly messages: { readonly topic: string; readonly payload: Readonly<Record<string, unknown>> }[]
}

/** The options of a payments host. */
export interface PaymentsHostOptions extends Partial<Omit<BillfoldOptions, 'modules'>> {
  readonly modules?: readonly AdditionalModule[]
  readonly payments?: PaymentsOptions
  readonly keyring?: Keyring
}

/** Creates a keyring of one key. */
export function testKeyring(key: string = newKey()): Keyring {
  return localKeyring({ keys: { k1: key }, currentKeyId: 'k1' })
}

/** Creates an instance, by default over a storage in memory. */
export async function createPaymentsHost(
  storage: Storage = memoryStorage(),
  choice: PaymentsHostOptions = {},
): Promise<PaymentsHost> {
  const messages: { topic: string; payload: Readonly<Record<string, unknown>> }[] = []
  const createdAt = Date.now()
  const billfold = createBillfold({
    storage,
    // Its clock stands still, so that no window ends while a suite counts; a suite with a clock of its own moves it.
    rateLimiter: storageRateLimiter(storage, choice.now ?? (() => createdAt)),
    keyring: testKeyring(),
    failedAttemptLimit: { limit: 100_000, windowSeconds: 600 },
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      concurrency: 4,
      queue: 10_000,
      perSource: 10_000,
      maxWaitSeconds: 600,
      perAnonymousSource: 10_000,
    }),
    notifier: {
      deliver: ({ topic, payload }) => {
        messages.push({ topic, payload })
        return Promise.resolve()
      },
    },
    ...choice,
    payments: {
      registrationLimit: { limit: 1_000_000, windowSeconds: 600 },
      loginLimit: { limit: 1_000_000, windowSeconds: 600 },
      maxGrantsPerDay: 1_000_000,
      // The suites pay to users whom nobody verifies, and count from the documented opening balance.
      contactVerification: 'host',
      openingGrant: '0.25',
      ...choice.payments,
    },
  })
  const key = await billfold.serviceKeys.create({
    tag: 'suite',
    scopes: ['payments:gateway', 'payments:subscriptions'],
  })
  return { billfold, serviceAuthorization: basicAuthorization(key.keyId, key.keySecret), messages }
}

/** A reply of the payments API, with its data parsed if it is JSON. */
export interface PaymentsReply {
  readonly status: number
  readonly message: string
  readonly code: string
  readonly data: JsonValue
}

/** Calls an endpoint by its name or path. */
export async function callEndpoint(
  client: RequestDriver,
  name: string,
  json?: unknown,
  headers: Readonly<Record<string, string>> = {},
  method = 'POST',
): Promise<PaymentsReply> {
  const path = name.startsWith('/') ? name : `/api/v1/lokdon/${name}/`
  const answer = await client.request(method, path, { headers, ...(json !== undefined && { json }) })
  const body = answer.json as { message: string; response_code: string; data: unknown } | undefined
  if (typeof body?.message !== 'string') throw new Error(`${name} answered ${answer.status}: ${answer.text}`)
  return { status: answer.status, message: body.message, code: body.response_code, data: parseData(body.data) }
}

function parseData(data: unknown): unknown {
  if (typeof data !== 'string' || !/^[[{]/.test(data)) return data
  return JSON.parse(data)
}

/** A registered user. */
export interface PaymentsUser {
  readonly email: string
  readonly phone: string
  readonly password: string
  readonly apikey: string
}

let people = Math.floor(Math.random() * 1e9)

/** Creates the fields of a new registration. */
export function registration() {
  const number = String(++people).padStart(10, '0')
  return {
    email: `user${number}@example.org`,
    password: `correct horse ${number}`,
    phone_number: `+1${number}`,
    imei: `imei${number}`,
    dob: '1990-02-28',
    username: `user${number}`,
    first_name: 'Ada',
    last_name: 'Ade',
    address: '1 Main Street',
  }
}

/** Registers a user, logs in and creates the wallet. */
export async function registerUser(client: RequestDriver): Promise<PaymentsUser> {
  const form = registration()
  await callEndpoint(client, 'register', form)
  const { data } = await callEndpoint(client, '/api/auth/login/', { ...form, appid: '1' })
  const { email, password, phone_number: phone, imei } = form
  const apikey: string = data['api-key']
  await callEndpoint(client, 'createwallet', { email, apikey, imei })
  return { email, phone, password, apikey }
}

/** Credits a user through the gateway. */
export function creditUser(
  client: RequestDriver,
  service: string,
  { email }: PaymentsUser,
  amount: string,
  reference: string,
) {
  const body = { email, amount, transaction_reference: reference }
  return callEndpoint(client, 'update_balance', body, { authorization: service })
}

/** Creates a payment. */
export function createPayment(
  client: RequestDriver,
  from: PaymentsUser,
  to: PaymentsUser,
  amount: string,
  more: object = {},
): Promise<PaymentsReply> {
  return callEndpoint(client, 'createsession', {
    apikey: from.apikey,
    sender_email: from.email,
    recv_email: to.email,
    recv_mobile: to.phone,
    amount,
    ...more,
  })
}

/** Confirms a payment: leg B as the sender, leg A as the receiver. */
export function confirmPayment(
  client: RequestDriver,
  leg: 'A' | 'B',
  { from, to, amount, session }: { from: PaymentsUser; to: PaymentsUser; amount: string; session: string },
  more: object = {},
): Promise<PaymentsReply> {
  return callEndpoint(client, 'confirmpayment', {
    apikey: leg === 'B' ? from.apikey : to.apikey,
    amount,
    from_phone: from.phone,
    to_mobile: to.phone,
    payment_leg: leg,
    session,
    ...more,
  })
}

/** Returns the available and the held balance of a user. */
export async function getBalance(
  client: RequestDriver,
  { email, apikey }: PaymentsUser,
): Promise<{ balance: string; held: string }> {
  const { data } = await callEndpoint(client, 'getwalletinfo', { email, apikey })
  return { balance: data.balance, held: data.held }
}
