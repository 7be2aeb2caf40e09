import { act, call, Refusal, shownFetch } from '../calls.ts'
import { type Flow, made, type Step, typed } from '../flow.ts'
import { at, textAt } from '../json.ts'
import { builtInWallet, injectedWallet, type Wallet } from '../wallet.ts'

const api = '/onboarding'

/** What the steps learn. */
interface Applicant {
  /** The token of the wallet. */
  token?: string
  userToken?: string
  applicationId?: string
}

/** Onboarding: a login with a wallet, an application, a decision, a session. */
export const onboarding: Flow = {
  name: 'onboarding',
  title: 'Onboarding',
  intro:
    'Somebody signs in with a wallet that they have, says who they are, and applies. The host looks at the application and decides.',
  steps: () => {
    const applicant: Applicant = {}
    return [login(applicant), application(applicant), decision(applicant), session(applicant)]
  },
}

const login = (applicant: Applicant): Step => ({
  title: 'Sign in with a wallet',
  text: 'The wallet signs a message that names this site (ERC-4361). A challenge is answered once.',
  fields: [{ name: 'own', label: 'Use the wallet of my browser, if it has one', value: '', type: 'checkbox' }],
  action: 'Sign in',
  ready: () => true,
  run: async (form) => {
    const wallet = (form.has('own') ? await injectedWallet() : undefined) ?? builtInWallet()
    applicant.token = await signIn(wallet)
    return [{ label: 'Wallet', value: wallet.address }]
  },
})

const application = (applicant: Applicant): Step => ({
  title: 'Apply',
  text: 'A name, and a picture of a document if you like. What is said is sealed before it is stored.',
  fields: [
    { name: 'first', label: 'First name', value: 'Ada' },
    { name: 'last', label: 'Last name', value: 'Lovelace' },
    { name: 'document', label: 'A picture of a document, or a PDF', value: '', type: 'file', optional: true },
  ],
  action: 'Apply',
  ready: () => applicant.token !== undefined,
  run: async (form) => {
    const applicationId = await apply(applicant, form)
    return [
      { label: 'Application', value: applicationId },
      { label: 'Status', value: await statusOf(applicant) },
    ]
  },
})

const decision = (applicant: Applicant): Step => ({
  title: 'Decide, as the host',
  text: 'Those who work for the host look at it and approve it. Each move is in the audit trail.',
  action: 'Approve it',
  ready: () => applicant.applicationId !== undefined,
  run: async () => {
    await act('onboarding/approve', { applicationId: applicant.applicationId, token: applicant.token })
    return [{ label: 'Status', value: await statusOf(applicant), holds: true }]
  },
})

const session = (applicant: Applicant): Step => ({
  title: 'Open a session in this browser',
  text: 'A ticket that is good once, and for a minute, becomes a cookie of the host.',
  action: 'Log in',
  ready: () => applicant.userToken !== undefined,
  run: async () => {
    const json = { token: applicant.userToken }
    location.assign(textAt(await call('POST', `${api}/login`, { headers: bearer(applicant), json }), 'redirectTo'))
    return [{ label: 'Going to', value: 'the page of the ticket' }]
  },
  before: async () =>
    new URLSearchParams(location.search).has('signed-in')
      ? [{ label: 'Session', value: 'You are logged in to the host', holds: true }]
      : undefined,
})

async function signIn({ address, sign }: Wallet): Promise<string> {
  const challenge = await call('GET', `${api}/auth/challenge/${address}`)
  const message = textAt(challenge, 'message')
  const json = { message, signature: await sign(message) }
  const headers = bearer({ token: textAt(challenge, 'jwt') })
  return textAt(await call('POST', `${api}/auth/challenge`, { headers, json }), 'jwt')
}

/** Makes the user of the wallet, the first time, and the application. Gives its id. */
async function apply(applicant: Applicant, form: FormData): Promise<string> {
  const headers = bearer(applicant)
  const attributes = [{ id: 'name', data: { value: { first: typed(form, 'first'), last: typed(form, 'last') } } }]
  applicant.userToken = await ensureUser(headers, attributes)
  const document = form.get('document')
  const files = document instanceof File && document.size > 0 ? [await upload(headers, document)] : []
  const json = { templateId: 1, attributes, files }
  const applicationId = textAt(await call('POST', `${api}/applications`, { headers, json }), 'id')
  applicant.applicationId = applicationId
  return applicationId
}

type Headers = Readonly<Record<string, string>>

async function ensureUser(headers: Headers, attributes: unknown): Promise<string> {
  try {
    return textAt(await call('POST', `${api}/users`, { headers, json: { attributes } }), 'token')
  } catch (error) {
    if (!(error instanceof Refusal) || at(error.json, 'code') !== 'user_exists') throw error
    return textAt(await call('GET', `${api}/auth/token`, { headers }), 'token')
  }
}

async function upload(headers: Headers, document: File): Promise<string> {
  const body = new FormData()
  body.append('file', document)
  const response = await shownFetch(`${api}/files`, { method: 'POST', headers, body })
  const answer: unknown = await response.json()
  if (!response.ok) throw new Refusal(textAt(answer, 'message'), answer)
  return textAt(answer, 'fileId')
}

async function statusOf(applicant: Applicant): Promise<string> {
  const answer = await call('GET', `${api}/applications/${applicant.applicationId}`, { headers: bearer(applicant) })
  return textAt(answer, 'application', 'status')
}

function bearer({ token }: Applicant): Headers {
  return { authorization: `Bearer ${made(token, 'Sign in with a wallet')}` }
}
