import {
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
import type { Client } from '../client.ts'
import type { ReplyJson } from '../reply-json.ts'

/** Billfold for a suite of the payments API, with a slow hash that is quick. */
export interface PaymentsHost {
  readonly billfold: Billfold
  /** A Basic `Authorization` header with the scopes of gateways and of subscriptions. */
  readonly service: string
  /** What the notifier took. */
  readonly messages: { readonly topic: string; readonly payload: Readonly<Record<string, unknown>> }[]
}

/** What a suite decides about its host. */
export interface HostChoice extends Partial<BillfoldOptions> {
  readonly payments?: PaymentsOptions
  readonly keyring?: Keyring
}

/** A keyring of one key. */
export function testKeyring(key: string = newKey()): Keyring {
  return localKeyring({ keys: { k1: key }, currentKeyId: 'k1' })
}

/** Puts Billfold together over a storage: one in memory, unless another is given. */
export async function paymentsHost(storage: Storage = memoryStorage(), choice: HostChoice = {}): Promise<PaymentsHost> {
  const messages: { topic: string; payload: Readonly<Record<string, unknown>> }[] = []
  const billfold = createBillfold({
    storage,
    keyring: testKeyring(),
    failedAttemptLimit: { limit: 100_000, windowSeconds: 600 },
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      concurrency: 4,
      queue: 10_000,
      perSource: 10_000,
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
      ...choice.payments,
    },
  })
  const key = await billfold.serviceKeys.create({
    tag: 'suite',
    scopes: ['payments:gateway', 'payments:subscriptions'],
  })
  return { billfold, service: basic(key.keyId, key.keySecret), messages }
}

/** A Basic `Authorization` header (RFC 7617). */
export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

/** What the payments API answered, its data as JSON where it is. */
export interface Said {
  readonly status: number
  readonly message: string
  readonly code: string
  readonly data: ReplyJson
}

/** What can send a request to the API: a client, or less. */
export type Asker = Pick<Client, 'request'>

/** Asks an endpoint by its name, as the document's examples do. */
export async function ask(
  client: Asker,
  name: string,
  json?: unknown,
  headers: Readonly<Record<string, string>> = {},
  method = 'POST',
): Promise<Said> {
  const path = name.startsWith('/') ? name : `/api/v1/lokdon/${name}/`
  const answer = await client.request(method, path, { headers, ...(json !== undefined && { json }) })
  const body = answer.json as { message: string; response_code: string; data: unknown } | undefined
  if (typeof body?.message !== 'string') throw new Error(`${name} answered ${answer.status}: ${answer.text}`)
  return { status: answer.status, message: body.message, code: body.response_code, data: parsed(body.data) }
}

function parsed(data: unknown): unknown {
  if (typeof data !== 'string' || !/^[[{]/.test(data)) return data
  return JSON.parse(data)
}

/** Somebody who uses the API. */
export interface Person {
  readonly email: string
  readonly phone: string
  readonly password: string
  readonly apikey: string
}

let people = Math.floor(Math.random() * 1e9)

/** What somebody new says to register. */
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

/** Registers somebody new, logs them in, and makes the wallet. */
export async function newPerson(client: Asker): Promise<Person> {
  const form = registration()
  await ask(client, 'register', form)
  const { data } = await ask(client, '/api/auth/login/', { ...form, appid: '1' })
  const { email, password, phone_number: phone, imei } = form
  const apikey: string = data['api-key']
  await ask(client, 'createwallet', { email, apikey, imei })
  return { email, phone, password, apikey }
}

/** Credits somebody through the gateway. */
export function credit(client: Asker, service: string, { email }: Person, amount: string, reference: string) {
  const body = { email, amount, transaction_reference: reference }
  return ask(client, 'update_balance', body, { authorization: service })
}

/** Opens a payment. */
export function open(client: Asker, from: Person, to: Person, amount: string, more: object = {}): Promise<Said> {
  return ask(client, 'createsession', {
    apikey: from.apikey,
    sender_email: from.email,
    recv_email: to.email,
    recv_mobile: to.phone,
    amount,
    ...more,
  })
}

/** Confirms a payment: the sender leg B, the receiver leg A. */
export function confirm(
  client: Asker,
  leg: 'A' | 'B',
  { from, to, amount, session }: { from: Person; to: Person; amount: string; session: string },
  more: object = {},
): Promise<Said> {
  return ask(client, 'confirmpayment', {
    apikey: leg === 'B' ? from.apikey : to.apikey,
    amount,
    from_phone: from.phone,
    to_mobile: to.phone,
    payment_leg: leg,
    session,
    ...more,
  })
}

/** What somebody has. */
export async function balance(client: Asker, { email, apikey }: Person): Promise<{ balance: string; held: string }> {
  const { data } = await ask(client, 'getwalletinfo', { email, apikey })
  return { balance: data.balance, held: data.held }
}
