import { type Billfold, createBillfold, localKeyring, createPasswordHasher, type Storage } from '@billfold/core'
import { askerOf } from '../authentication/asker.ts'
import { basic, call } from '../custody/custodian.ts'
import { type Asker, balance, confirm, credit, newPerson, open, type Person, type Said } from '../payments/payer.ts'

/** What somebody outside knows of a database that was in use: enough to go on using it. */
export interface KeptLife {
  /** The key of the demo keyring, base64. It guards this database and no other. */
  readonly key: string
  /** When it was kept, in milliseconds since 1970. */
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
    readonly from: Person
    readonly to: Person
    readonly pending: string
    readonly balances: readonly string[]
  }
}

/** Billfold over a database that is, or was, in use. */
export function billfoldOver(storage: Storage, key: string, now: () => number = Date.now): Billfold {
  return createBillfold({
    storage,
    now,
    keyring: localKeyring({ keys: { demo: key }, currentKeyId: 'demo' }),
    passwordHasher: createPasswordHasher({ cost: { logN: 4, r: 1, p: 1 }, queue: 1000, perSource: 1000 }),
  })
}

/** Uses a fresh database: a user with a PIN and a wallet, a DID with a service, two who pay each other. */
export async function live(billfold: Billfold, key: string): Promise<KeptLife> {
  const scopes = ['custody', 'dids', 'dids:sign', 'payments:gateway', 'payments:subscriptions']
  const made = await billfold.serviceKeys.create({ tag: 'kept', scopes })
  const service = basic(made.keyId, made.keySecret)
  return {
    key,
    at: Date.now(),
    service,
    custody: await liveInCustody(billfold, service),
    did: await liveByDid(billfold, service),
    payments: await liveByPaying(billfold, service),
  }
}

async function liveInCustody({ custody }: Billfold, service: string): Promise<KeptLife['custody']> {
  const pin = '471100'
  const asker = askerOf(custody)
  const signingMethod = { type: 'PIN', value: pin }
  const { result: user } = await call(asker, service, 'POST', '/api/users', { reference: 'ann', signingMethod })
  const asked = { secretType: 'ETHEREUM', userId: user.id, pincode: pin }
  const { result: wallet } = await call(asker, service, 'POST', '/api/wallets', asked)
  return { pin, pinId: user.signingMethods[0].id, walletId: wallet.id, address: wallet.address }
}

async function liveByDid({ dids }: Billfold, service: string): Promise<string> {
  const { json } = await askerOf(dids).request('POST', '/wallet', {
    headers: { authorization: service },
    json: { walletConfig: { txsInput: [{ service: { name: 'Agent', value: 'https://agent.example', validity: 0 } }] } },
  })
  return (json as { wallet: { did: string } }).wallet.did
}

async function liveByPaying(billfold: Billfold, service: string): Promise<KeptLife['payments']> {
  const asker = paying(billfold)
  const [from, to] = [await newPerson(asker), await newPerson(asker)]
  await done(credit(asker, service, from, '100.00', 'kept-1'))
  const payment = { from, to, amount: '30', session: (await open(asker, from, to, '30')).data.sessionid }
  await done(confirm(asker, 'A', payment))
  await done(confirm(asker, 'B', payment))
  const pending = (await open(asker, from, to, '20')).data.sessionid
  return { from, to, pending, balances: await balancesOf(asker, [from, to]) }
}

/** What is kept must have come about. */
async function done(said: Promise<Said>): Promise<void> {
  const { code, message } = await said
  if (code !== '0') throw new Error(message)
}

/** Asks the payments API, whose paths may end in a slash as its document has them. */
export function paying({ payments }: Billfold): Asker {
  const asker = askerOf(payments)
  return { request: (method, path, sent) => asker.request(method, path.replace(/\/$/, ''), sent) }
}

/** What people have and what is held of it. */
export async function balancesOf(asker: Asker, people: readonly Person[]): Promise<string[]> {
  const told = await Promise.all(people.map((person) => balance(asker, person)))
  return told.map(({ balance: all, held }) => `${all} ${held}`)
}
