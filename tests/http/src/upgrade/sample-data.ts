import { type Billfold, createBillfold, localKeyring, createPasswordHasher, type Storage } from '@billfold/core'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import { callCustody } from '../custody/custody-host.ts'
import type { RequestDriver } from '../request-driver.ts'
import {
  confirmPayment,
  createPayment,
  creditUser,
  getBalance,
  type PaymentsReply,
  type PaymentsUser,
  registerUser,
} from '../payments/payments-client.ts'

/** The data that clients have about a dumped database. */
export interface SampleData {
  /** The key of the demo keyring, base64, used for this dump only. */
  readonly key: string
  /** The time of the dump, in milliseconds since 1970. */
  readonly at: number
  readonly service: string
  readonly custody: {
    readonly pin: string
    readonly pinId: string
    readonly walletId: string
    readonly address: string
  }
  readonly did: string
  readonly payments: {
    readonly from: PaymentsUser
    readonly to: PaymentsUser
    readonly pending: string
    readonly balances: readonly string[]
  }
}

/** Creates an instance over the dumped database. */
export function createUpgradeInstance(storage: Storage, key: string, now: () => number = Date.now): Billfold {
  return createBillfold({
    storage,
    now,
    keyring: localKeyring({ keys: { demo: key }, currentKeyId: 'demo' }),
    payments: { contactVerification: 'host', openingGrant: '0.25' },
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
  })
}

/** Fills a fresh database: a user with a PIN and a wallet, a DID with a service, and two users with payments. */
export async function createSampleData(billfold: Billfold, key: string): Promise<SampleData> {
  const scopes = ['custody', 'dids', 'dids:sign', 'payments:gateway', 'payments:subscriptions']
  const made = await billfold.serviceKeys.create({ tag: 'kept', scopes })
  const service = basicAuthorization(made.keyId, made.keySecret)
  return {
    key,
    at: Date.now(),
    service,
    custody: await createCustodySample(billfold, service),
    did: await createDidSample(billfold, service),
    payments: await createPaymentsSample(billfold, service),
  }
}

async function createCustodySample({ custody }: Billfold, service: string): Promise<SampleData['custody']> {
  const pin = '471100'
  const driver = inMemoryDriver(custody)
  const signingMethod = { type: 'PIN', value: pin }
  const { result: user } = await callCustody(driver, service, 'POST', '/api/users', { reference: 'ann', signingMethod })
  const input = { secretType: 'ETHEREUM', userId: user.id, pincode: pin }
  const { result: wallet } = await callCustody(driver, service, 'POST', '/api/wallets', input)
  return { pin, pinId: user.signingMethods[0].id, walletId: wallet.id, address: wallet.address }
}

async function createDidSample({ dids }: Billfold, service: string): Promise<string> {
  const { json } = await inMemoryDriver(dids).request('POST', '/wallet', {
    headers: { authorization: service },
    json: { walletConfig: { txsInput: [{ service: { name: 'Agent', value: 'https://agent.example', validity: 0 } }] } },
  })
  return (json as { wallet: { did: string } }).wallet.did
}

async function createPaymentsSample(billfold: Billfold, service: string): Promise<SampleData['payments']> {
  const driver = inMemoryDriver(billfold.payments)
  const [from, to] = [await registerUser(driver), await registerUser(driver)]
  await expectSuccess(creditUser(driver, service, from, '100.00', 'kept-1'))
  const payment = { from, to, amount: '30', session: (await createPayment(driver, from, to, '30')).data.sessionid }
  await expectSuccess(confirmPayment(driver, 'A', payment))
  await expectSuccess(confirmPayment(driver, 'B', payment))
  const pending = (await createPayment(driver, from, to, '20')).data.sessionid
  return { from, to, pending, balances: await listBalances(driver, [from, to]) }
}

/** Throws unless the call succeeded. */
async function expectSuccess(reply: Promise<PaymentsReply>): Promise<void> {
  const { code, message } = await reply
  if (code !== '0') throw new Error(message)
}

/** Lists the available and held balances of users. */
export async function listBalances(driver: RequestDriver, people: readonly PaymentsUser[]): Promise<string[]> {
  const balances = await Promise.all(people.map((person) => getBalance(driver, person)))
  return balances.map(({ balance: all, held }) => `${all} ${held}`)
}
