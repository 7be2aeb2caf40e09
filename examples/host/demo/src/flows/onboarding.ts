import { act, call, Refusal, shownFetch } from '../calls.ts'
import { type Flow, made, type Step, typed } from '../flow.ts'
import { at, textAt } from '../json.ts'
import { builtInWallet, injectedWallet, type Wallet } from '../wallet.ts'

const api = '/onboarding'

/** State shared by the steps. */
interface Applicant {
  /** W-JWT of the wallet. */
  token?: string
  userToken?: string
  applicationId?: string
}

/** Onboarding: wallet login, application, review, browser session. */
export const onboarding: Flow = {
  name: 'onboarding',
  title: 'Onboarding',
  intro: 'An applicant signs in with an external wallet and submits an application. The host reviews it.',
  steps: () => {
    const applicant: Applicant = {}
    return [login(applicant), application(applicant), review(applicant), session(applicant)]
  },
}

const login = (applicant: Applicant): Step => ({
  title: 'Sign in with a wallet',
  text: 'The wallet signs a Sign-In with Ethereum message that names this site (ERC-4361). Each challenge can be used once.',
  fields: [{ name: 'own', label: 'Use my browser wallet, if installed', value: '', type: 'checkbox' }],
  action: 'Sign in',
  ready: () => true,
  run: async (form) => {
    const wallet = (form.has('own') ? await injectedWallet() : undefined) ?? builtInWallet()
    applicant.token = await signIn(wallet)
    return [{ label: 'Wallet', value: wallet.address }]
  },
})

const application = (applicant: Applicant): Step => ({
  title: 'Submit an application',
  text: 'A name, and optionally an image of a document. The data is encrypted before it is stored.',
  fields: [
    { name: 'first', label: 'First name', value: 'Ada' },
    { name: 'last', label: 'Last name', value: 'Lovelace' },
    { name: 'document', label: 'Document (image or PDF)', value: '', type: 'file', optional: true },
  ],
  action: 'Submit',
  ready: () => applicant.token !== undefined,
  run: async (form) => {
    const applicationId = await submitApplication(applicant, form)
    return [
      { label: 'Application', value: applicationId },
      { label: 'Status', value: await getStatus(applicant) },
    ]
  },
})

const review = (applicant: Applicant): Step => ({
  title: 'Review the application',
  text: 'A reviewer of the host approves the application. The audit log records each status change.',
  action: 'Approve',
  ready: () => applicant.applicationId !== undefined,
  run: async () => {
    await act('onboarding/approve', { applicationId: applicant.applicationId, token: applicant.token })
    return [{ label: 'Status', value: await getStatus(applicant), holds: true }]
  },
})

const session = (applicant: Applicant): Step => ({
  title: 'Start a browser session',
  text: 'A single-use ticket, valid for 60 seconds, is exchanged for a session cookie of the host.',
  action: 'Log in',
  ready: () => applicant.userToken !== undefined,
  run: async () => {
    const json = { token: applicant.userToken }
    location.assign(textAt(await call('POST', `${api}/login`, { headers: bearer(applicant), json }), 'redirectTo'))
    return [{ label: 'Redirecting to', value: 'the login page' }]
  },
  before: async () =>
    new URLSearchParams(location.search).has('signed-in')
      ? [{ label: 'Session', value: 'Logged in to the host', holds: true }]
      : undefined,
})

async function signIn({ address, sign }: Wallet): Promise<string> {
  const challenge = await call('GET', `${api}/auth/challenge/${address}`)
  const message = textAt(challenge, 'message')
  const json = { message, signature: await sign(message) }
  const headers = bearer({ token: textAt(challenge, 'jwt') })
  return textAt(await call('POST', `${api}/auth/challenge`, { headers, json }), 'jwt')
}

/** Creates the user of the wallet if needed, and submits the application. Returns its id. */
async function submitApplication(applicant: Applicant, form: FormData): Promise<string> {
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

async function getStatus(applicant: Applicant): Promise<string> {
  const answer = await call('GET', `${api}/applications/${applicant.applicationId}`, { headers: bearer(applicant) })
  return textAt(answer, 'application', 'status')
}

function bearer({ token }: Applicant): Headers {
  return { authorization: `Bearer ${made(token, 'Sign in with a wallet')}` }
}
