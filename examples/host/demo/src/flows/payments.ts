import { act, call, Refusal } from '../calls.ts'
import { type Fact, type Flow, made, type Step, typed } from '../flow.ts'
import { at, listAt, textAt } from '../json.ts'

/** Somebody with a wallet in the payments API, who calls it with a key of their own. */
interface Person {
  readonly name: string
  readonly email: string
  readonly phone: string
  readonly apikey: string
}

/** What the steps learn. */
interface Deal {
  people?: { readonly ada: Person; readonly ben: Person }
  payment?: { readonly session: string; readonly amount: string }
}

/** Payments: two people, a payment that both confirm, and the books. */
export const payments: Flow = {
  name: 'payments',
  title: 'Payments',
  intro:
    'Ada pays Ben. The amount is set aside at once and moves when both have confirmed, in one commit of a double-entry ledger.',
  steps: () => {
    const deal: Deal = {}
    return [
      registration(deal),
      opening(deal),
      confirmation(deal, 'Ben', 'A', 'Leg A is that of the receiver.'),
      confirmation(deal, 'Ada', 'B', 'Leg B is that of the sender. Whoever asks again gets the same answer.'),
      books(deal),
    ]
  },
}

const registration = (deal: Deal): Step => ({
  title: 'Register Ada and Ben',
  text: 'Each gets a wallet, which holds 0.25 USD from the opening grant.',
  action: 'Register both',
  ready: () => true,
  run: async () => {
    const people = { ada: await newPerson('Ada'), ben: await newPerson('Ben') }
    deal.people = people
    delete deal.payment
    return [
      { label: 'Ada', value: people.ada.email },
      { label: 'Ben', value: people.ben.email },
    ]
  },
})

const opening = (deal: Deal): Step => ({
  title: 'Open a payment',
  text: 'Ada pays Ben. From now on the amount is held: she cannot spend it twice.',
  fields: [{ name: 'amount', label: 'Amount in USD', value: '0.10', inputmode: 'decimal' }],
  action: 'Pay',
  ready: () => deal.people !== undefined,
  run: async (form) => {
    const { ada, ben } = made(deal.people, 'Register Ada and Ben')
    const amount = typed(form, 'amount')
    const receiver = { recv_email: ben.email, recv_mobile: ben.phone }
    const answer = await ask('createsession', { apikey: ada.apikey, sender_email: ada.email, ...receiver, amount })
    const session = textAt(answer, 'data', 'sessionid')
    deal.payment = { session, amount }
    return [{ label: 'Payment', value: session }]
  },
})

const confirmation = (deal: Deal, name: string, leg: 'A' | 'B', text: string): Step => ({
  title: `${name} confirms`,
  text,
  action: `Confirm as ${name}`,
  ready: () => deal.payment !== undefined,
  run: () => confirm(deal, leg),
})

const books = (deal: Deal): Step => ({
  title: 'Look into the books',
  text: 'The host reads the ledger in its own process: every entry in cents, what came and what went.',
  action: 'Show the entries',
  ready: () => deal.people !== undefined,
  run: async () => {
    const { ada, ben } = made(deal.people, 'Register Ada and Ben')
    return booksOf(await act('payments/ledger', { emails: [ada.email, ben.email] }), [ada, ben])
  },
})

async function confirm({ people, payment }: Deal, leg: 'A' | 'B'): Promise<readonly Fact[]> {
  const { ada, ben } = made(people, 'Register Ada and Ben')
  const { session, amount } = made(payment, 'Open a payment')
  const { apikey } = leg === 'A' ? ben : ada
  const body = { apikey, session, amount, from_phone: ada.phone, to_mobile: ben.phone, payment_leg: leg }
  const answer = await ask('confirmpayment', body)
  const isDone = at(answer, 'data', 'status') === '1'
  return [{ label: isDone ? 'Done' : 'Noted', value: textAt(answer, 'message'), ...(isDone && { holds: true }) }]
}

/** Calls an endpoint. The API answers 200 to much that was not done, and says so in its code. @throws Refusal */
async function ask(name: string, json: unknown): Promise<unknown> {
  const path = name.startsWith('/') ? name : `/api/v1/lokdon/${name}/`
  const answer = await call('POST', `/payments${path}`, { json })
  if (at(answer, 'response_code') !== '0') throw new Refusal(textAt(answer, 'message'), answer)
  const data = at(answer, 'data')
  // The API's document has the data as text.
  const read: unknown = typeof data === 'string' && data !== '' ? JSON.parse(data) : data
  return { message: at(answer, 'message'), data: read }
}

async function newPerson(name: string): Promise<Person> {
  const number = String(crypto.getRandomValues(new Uint32Array(1))[0]).padStart(10, '0')
  const [email, phone] = [`${name.toLowerCase()}-${number}@demo.example`, `+1${number}`]
  const secret = crypto.randomUUID()
  const account = { email, password: secret, phone_number: phone, imei: number }
  await ask('register', {
    ...account,
    dob: '1990-02-28',
    username: `${name.toLowerCase()}${number}`,
    first_name: name,
    last_name: 'Example',
    address: '1 Main Street',
  })
  const login = await ask('/api/auth/login/', { email, password: secret, appid: 'console', imei: number })
  const apikey = textAt(login, 'data', 'api-key')
  await ask('createwallet', { email, apikey, imei: number })
  return { name, email, phone, apikey }
}

/** A bigint, as JSON has none: `25n`. */
function cents(amount: string): string {
  const value = amount.replace('n', '')
  return value.startsWith('-') ? `−${value.slice(1)}` : `+${value}`
}

function booksOf(read: unknown, people: readonly Person[]): readonly Fact[] {
  return people.flatMap(({ name }, index) => {
    const lines = (kind: string): string =>
      listAt(read, index, kind)
        .map((entry) => cents(textAt(entry, 'amount')))
        .join('   ')
    return [
      { label: `${name}: available`, value: lines('available') || 'none' },
      { label: `${name}: held`, value: lines('held') || 'none' },
    ]
  })
}
