import { act, call, Refusal } from '../calls.ts'
import { type Fact, type Flow, made, type Step, typed } from '../flow.ts'
import { at, listAt, textAt } from '../json.ts'

/** A registered user of the payments API with an API key. */
interface Account {
  readonly name: string
  readonly email: string
  readonly phone: string
  readonly apikey: string
}

/** State shared by the steps. */
interface FlowState {
  accounts?: { readonly ada: Account; readonly ben: Account }
  payment?: { readonly session: string; readonly amount: string }
}

/** Payments: two accounts, a payment that both confirm, and the ledger. */
export const payments: Flow = {
  name: 'payments',
  title: 'Payments',
  intro:
    'Ada pays Ben. The amount is held when the payment is created and transferred once both have confirmed, in one commit of a double-entry ledger.',
  steps: () => {
    const state: FlowState = {}
    return [
      registration(state),
      paymentCreation(state),
      confirmation(state, 'Ben', 'A', 'Leg A is confirmed by the receiver.'),
      confirmation(state, 'Ada', 'B', 'Leg B is confirmed by the sender. A repeated request gets the same response.'),
      ledger(state),
    ]
  },
}

const registration = (state: FlowState): Step => ({
  title: 'Register Ada and Ben',
  text: 'Each gets a wallet with an opening balance of 0.25 USD.',
  action: 'Register both',
  ready: () => true,
  run: async () => {
    const accounts = { ada: await registerAccount('Ada'), ben: await registerAccount('Ben') }
    state.accounts = accounts
    delete state.payment
    return [
      { label: 'Ada', value: accounts.ada.email },
      { label: 'Ben', value: accounts.ben.email },
    ]
  },
})

const paymentCreation = (state: FlowState): Step => ({
  title: 'Create a payment',
  text: 'Ada pays Ben. The amount is held from now on, so she cannot spend it twice.',
  fields: [{ name: 'amount', label: 'Amount in USD', value: '0.10', inputmode: 'decimal' }],
  action: 'Pay',
  ready: () => state.accounts !== undefined,
  run: async (form) => {
    const { ada, ben } = made(state.accounts, 'Register Ada and Ben')
    const amount = typed(form, 'amount')
    const receiver = { recv_email: ben.email, recv_mobile: ben.phone }
    const answer = await send('createsession', { apikey: ada.apikey, sender_email: ada.email, ...receiver, amount })
    const session = textAt(answer, 'data', 'sessionid')
    state.payment = { session, amount }
    return [{ label: 'Payment', value: session }]
  },
})

const confirmation = (state: FlowState, name: string, leg: 'A' | 'B', text: string): Step => ({
  title: `${name} confirms`,
  text,
  action: `Confirm as ${name}`,
  ready: () => state.payment !== undefined,
  run: () => confirm(state, leg),
})

const ledger = (state: FlowState): Step => ({
  title: 'Read the ledger',
  text: 'The host reads the ledger in process: all entries, in cents.',
  action: 'Show entries',
  ready: () => state.accounts !== undefined,
  run: async () => {
    const { ada, ben } = made(state.accounts, 'Register Ada and Ben')
    return toFacts(await act('payments/ledger', { emails: [ada.email, ben.email] }), [ada, ben])
  },
})

async function confirm({ accounts, payment }: FlowState, leg: 'A' | 'B'): Promise<readonly Fact[]> {
  const { ada, ben } = made(accounts, 'Register Ada and Ben')
  const { session, amount } = made(payment, 'Create a payment')
  const { apikey } = leg === 'A' ? ben : ada
  const body = { apikey, session, amount, from_phone: ada.phone, to_mobile: ben.phone, payment_leg: leg }
  const answer = await send('confirmpayment', body)
  const isDone = at(answer, 'data', 'status') === '1'
  return [
    { label: isDone ? 'Completed' : 'Confirmed', value: textAt(answer, 'message'), ...(isDone && { holds: true }) },
  ]
}

/** Calls an endpoint. The API returns 200 for many failures and reports them by `response_code`. @throws ApiError */
async function send(name: string, json: unknown): Promise<unknown> {
  const path = name.startsWith('/') ? name : `/api/v1/lokdon/${name}/`
  const answer = await call('POST', `/payments${path}`, { json })
  if (at(answer, 'response_code') !== '0') throw new Refusal(textAt(answer, 'message'), answer)
  const data = at(answer, 'data')
  // The API document defines `data` as JSON text.
  const read: unknown = typeof data === 'string' && data !== '' ? JSON.parse(data) : data
  return { message: at(answer, 'message'), data: read }
}

async function registerAccount(name: string): Promise<Account> {
  const number = String(crypto.getRandomValues(new Uint32Array(1))[0]).padStart(10, '0')
  const [email, phone] = [`${name.toLowerCase()}-${number}@demo.example`, `+1${number}`]
  const secret = crypto.randomUUID()
  const account = { email, password: secret, phone_number: phone, imei: number }
  await send('register', {
    ...account,
    dob: '1990-02-28',
    username: `${name.toLowerCase()}${number}`,
    first_name: name,
    last_name: 'Example',
    address: '1 Main Street',
  })
  const login = await send('/api/auth/login/', { email, password: secret, appid: 'console', imei: number })
  const apikey = textAt(login, 'data', 'api-key')
  await send('createwallet', { email, apikey, imei: number })
  return { name, email, phone, apikey }
}

/** Formats an amount in cents. A bigint arrives as text: `25n`. */
function formatCents(amount: string): string {
  const value = amount.replace('n', '')
  return value.startsWith('-') ? `−${value.slice(1)}` : `+${value}`
}

function toFacts(read: unknown, accounts: readonly Account[]): readonly Fact[] {
  return accounts.flatMap(({ name }, index) => {
    const lines = (kind: string): string =>
      listAt(read, index, kind)
        .map((entry) => formatCents(textAt(entry, 'amount')))
        .join('   ')
    return [
      { label: `${name}: available`, value: lines('available') || 'none' },
      { label: `${name}: held`, value: lines('held') || 'none' },
    ]
  })
}
