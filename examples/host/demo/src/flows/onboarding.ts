import { runAction, requestApi, ApiError, recordedFetch } from '../calls.ts'
import { type Flow, requireStep, type FlowStep, fieldText } from '../flow.ts'
import { getIn, getText } from '../json.ts'
import { builtInWallet, injectedWallet, type BrowserWallet } from '../wallet.ts'

const api = '/onboarding'

/** State shared by the steps. */
interface Applicant {
  /** W-JWT of the wallet. */
  token?: string
  userToken?: string
  applicationId?: string
}

/** Onboarding: wallet login, application, review, browser session. */
export const onboardingFlow: Flow = {
  name: 'onboarding',
  title: 'Onboarding',
  intro: 'An applicant signs in with an external wallet and submits an application. The host reviews it.',
  steps: () => {
    const applicant: Applicant = {}
    return [login(applicant), application(applicant), review(applicant), session(applicant)]
  },
}

const login = (applicant: Applicant): FlowStep => ({
  title: 'Sign in with a wallet',
  text: 'The wallet signs a Sign-In with Ethereum message that names this site (ERC-4361). Each challenge can be used once.',
  fields: [{ name: 'own', label: 'Use my browser wallet, if installed', value: '', type: 'checkbox' }],
  action: 'Sign in',
  isReady: () => true,
  run: async (form) => {
    const wallet = (form.has('own') ? await injectedWallet() : undefined) ?? builtInWallet()
    applicant.token = await signIn(wallet)
    return [{ label: 'Wallet', value: wallet.address }]
  },
})

const application = (applicant: Applicant): FlowStep => ({
  title: 'Submit an application',
  text: 'A name, and optionally an image of a document. The data is encrypted before it is stored.',
  fields: [
    { name: 'first', label: 'First name', value: 'Ada' },
    { name: 'last', label: 'Last name', value: 'Lovelace' },
    { name: 'document', label: 'Document (image or PDF)', value: '', type: 'file', optional: true },
  ],
  action: 'Submit',
  isReady: () => applicant.token !== undefined,
  run: async (form) => {
    const applicationId = await submitApplication(applicant, form)
    return [
      { label: 'Application', value: applicationId },
      { label: 'Status', value: await getStatus(applicant) },
    ]
  },
})

const review = (applicant: Applicant): FlowStep => ({
  title: 'Review the application',
  text: 'A reviewer of the host approves the application. The audit log records each status change.',
  action: 'Approve',
  isReady: () => applicant.applicationId !== undefined,
  run: async () => {
    await runAction('onboarding/approve', { applicationId: applicant.applicationId, token: applicant.token })
    return [{ label: 'Status', value: await getStatus(applicant), verified: true }]
  },
})

const session = (applicant: Applicant): FlowStep => ({
  title: 'Start a browser session',
  text: 'A single-use ticket, valid for 60 seconds, is exchanged for a session cookie of the host.',
  action: 'Log in',
  isReady: () => applicant.userToken !== undefined,
  run: async () => {
    const json = { token: applicant.userToken }
    location.assign(
      getText(await requestApi('POST', `${api}/login`, { headers: bearer(applicant), json }), 'redirectTo'),
    )
    return [{ label: 'Redirecting to', value: 'the login page' }]
  },
  restore: async () =>
    new URLSearchParams(location.search).has('signed-in')
      ? [{ label: 'Session', value: 'Logged in to the host', verified: true }]
      : undefined,
})

/** Signs a wallet in. Returns its W-JWT. */
export async function signIn({ address, sign }: BrowserWallet): Promise<string> {
  const challenge = await requestApi('GET', `${api}/auth/challenge/${address}`)
  const message = getText(challenge, 'message')
  const json = { message, signature: await sign(message) }
  const headers = bearer({ token: getText(challenge, 'jwt') })
  return getText(await requestApi('POST', `${api}/auth/challenge`, { headers, json }), 'jwt')
}

/** Creates the user of the wallet if needed, and submits the application. Returns its id. */
async function submitApplication(applicant: Applicant, form: FormData): Promise<string> {
  const headers = bearer(applicant)
  const attributes = [
    { id: 'name', data: { value: { first: fieldText(form, 'first'), last: fieldText(form, 'last') } } },
  ]
  applicant.userToken = await ensureUser(headers, attributes)
  const document = form.get('document')
  const files = document instanceof File && document.size > 0 ? [await upload(headers, document)] : []
  const json = { templateId: 1, attributes, files }
  const applicationId = getText(await requestApi('POST', `${api}/applications`, { headers, json }), 'id')
  applicant.applicationId = applicationId
  return applicationId
}

type Headers = Readonly<Record<string, string>>

async function ensureUser(headers: Headers, attributes: unknown): Promise<string> {
  try {
    return getText(await requestApi('POST', `${api}/users`, { headers, json: { attributes } }), 'token')
  } catch (error) {
    if (!(error instanceof ApiError) || getIn(error.json, 'code') !== 'user_exists') throw error
    return getText(await requestApi('GET', `${api}/auth/token`, { headers }), 'token')
  }
}

async function upload(headers: Headers, document: File): Promise<string> {
  const body = new FormData()
  body.append('file', document)
  const response = await recordedFetch(`${api}/files`, { method: 'POST', headers, body })
  const answer: unknown = await response.json()
  if (!response.ok) throw new ApiError(getText(answer, 'message'), answer)
  return getText(answer, 'fileId')
}

async function getStatus(applicant: Applicant): Promise<string> {
  const answer = await requestApi('GET', `${api}/applications/${applicant.applicationId}`, {
    headers: bearer(applicant),
  })
  return getText(answer, 'application', 'status')
}

function bearer({ token }: Applicant): Headers {
  return { authorization: `Bearer ${requireStep(token, 'Sign in with a wallet')}` }
}
