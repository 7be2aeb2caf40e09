import { runAction, requestApi, ApiError } from '../calls.ts'
import { type Fact, type Flow, requireStep, type FlowStep, fieldText } from '../flow.ts'
import { getIn, getList, getText } from '../json.ts'

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
export const paymentsFlow: Flow = {
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

const registration = (state: FlowState): FlowStep => ({
  title: 'Register Ada and Ben',
  text: 'Each gets a wallet with an opening balance of 0.25 USD.',
  action: 'Register both',
  isReady: () => true,
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

const paymentCreation = (state: FlowState): FlowStep => ({
  title: 'Create a payment',
  text: 'Ada pays Ben. The amount is held from now on, so she cannot spend it twice.',
  fields: [{ name: 'amount', label: 'Amount in USD', value: '0.10', inputmode: 'decimal' }],
  action: 'Pay',
  isReady: () => state.accounts !== undefined,
  run: async (form) => {
    const { ada, ben } = requireStep(state.accounts, 'Register Ada and Ben')
    const amount = fieldText(form, 'amount')
    const receiver = { recv_email: ben.email, recv_mobile: ben.phone }
    const answer = await send('createsession', { apikey: ada.apikey, sender_email: ada.email, ...receiver, amount })
    const session = getText(answer, 'data', 'sessionid')
    state.payment = { session, amount }
    return [{ label: 'Payment', value: session }]
  },
})

const confirmation = (state: FlowState, name: string, leg: 'A' | 'B', text: string): FlowStep => ({
  title: `${name} confirms`,
  text,
  action: `Confirm as ${name}`,
  isReady: () => state.payment !== undefined,
  run: () => confirm(state, leg),
})

const ledger = (state: FlowState): FlowStep => ({
  title: 'Read the ledger',
  text: 'The host reads the ledger in process: all entries, in cents.',
  action: 'Show entries',
  isReady: () => state.accounts !== undefined,
  run: async () => {
    const { ada, ben } = requireStep(state.accounts, 'Register Ada and Ben')
    return toFacts(await runAction('payments/ledger', { emails: [ada.email, ben.email] }), [ada, ben])
  },
})

async function confirm({ accounts, payment }: FlowState, leg: 'A' | 'B'): Promise<readonly Fact[]> {
  const { ada, ben } = requireStep(accounts, 'Register Ada and Ben')
  const { session, amount } = requireStep(payment, 'Create a payment')
  const { apikey } = leg === 'A' ? ben : ada
  const body = { apikey, session, amount, from_phone: ada.phone, to_mobile: ben.phone, payment_leg: leg }
  const answer = await send('confirmpayment', body)
  const isDone = getIn(answer, 'data', 'status') === '1'
  return [
    { label: isDone ? 'Completed' : 'Confirmed', value: getText(answer, 'message'), ...(isDone && { verified: true }) },
  ]
}

/** Calls an endpoint. The API returns 200 for many failures and reports them by `response_code`. @throws ApiError */
async function send(name: string, json: unknown): Promise<unknown> {
  const path = name.startsWith('/') ? name : `/api/v1/lokdon/${name}/`
  const answer = await requestApi('POST', `/payments${path}`, { json })
  if (getIn(answer, 'response_code') !== '0') throw new ApiError(getText(answer, 'message'), answer)
  const data = getIn(answer, 'data')
  // The API document defines `data` as JSON text.
  const read: unknown = typeof data === 'string' && data !== '' ? JSON.parse(data) : data
  return { message: getIn(answer, 'message'), data: read }
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
  const apikey = getText(login, 'data', 'api-key')
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
      getList(read, index, kind)
        .map((entry) => formatCents(getText(entry, 'amount')))
        .join('   ')
    return [
      { label: `${name}: available`, value: lines('available') || 'none' },
      { label: `${name}: held`, value: lines('held') || 'none' },
    ]
  })
}
