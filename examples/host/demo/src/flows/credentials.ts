import { requestApi, runAction } from '../calls.ts'
import { type Fact, type Flow, fieldText, type FlowStep, requireStep } from '../flow.ts'
import { getIn, getList, getText } from '../json.ts'
import { builtInWallet } from '../wallet.ts'
import { signIn } from './onboarding.ts'

/** What the steps know, stored so that it survives the visit to the other site. */
interface Holder {
  readonly userId: string
  readonly pinId: string
  readonly applicationId: string
  /** W-JWT of the applicant. */
  readonly token: string
  readonly isApproved?: true
  readonly credentialId?: string
}

/** A request that was looked at, and what the user would agree to. */
interface PreparedRequest {
  readonly requestId: string
  readonly choice: unknown
  readonly consent: string
}

const storageKey = 'credential holder'

function readHolder(): Holder | undefined {
  const stored = sessionStorage.getItem(storageKey)
  if (stored === null) return undefined
  const holder: Holder = JSON.parse(stored)
  return holder
}

function storeHolder(holder: Holder): void {
  sessionStorage.setItem(storageKey, JSON.stringify(holder))
}

/** Credentials: apply, be approved, receive, present to another site. */
export const credentialsFlow: Flow = {
  name: 'credentials',
  title: 'Credentials',
  intro:
    'An approved application becomes a verifiable credential in the user’s wallet on this host. The user presents it to another site, which gets the one claim that it asks for.',
  steps: () => {
    const prepared: { request?: PreparedRequest } = {}
    return [application, review, receipt, visit, look(prepared), presentation(prepared)]
  },
}

const pinField = { name: 'pin', label: 'PIN', value: '123456', inputmode: 'numeric' } as const

const application: FlowStep = {
  title: 'Apply for an account',
  text: 'The applicant signs in with a wallet key and submits a name. A user with a PIN is created, who will hold the credential.',
  fields: [
    { name: 'first', label: 'First name', value: 'Ada' },
    { name: 'last', label: 'Last name', value: 'Lovelace' },
    pinField,
  ],
  action: 'Apply',
  isReady: () => true,
  run: async (form) => {
    const token = await signIn(builtInWallet())
    const value = { first: fieldText(form, 'first'), last: fieldText(form, 'last') }
    const json = { templateId: 1, attributes: [{ id: 'name', data: { value } }], files: [] }
    const headers = { authorization: `Bearer ${token}` }
    const applied = await requestApi('POST', '/onboarding/applications', { headers, json })
    const made = await runAction('custody/user', { pin: fieldText(form, 'pin') })
    const holder = {
      userId: getText(made, 'result', 'id'),
      pinId: getText(getList(made, 'result', 'signingMethods')[0], 'id'),
      applicationId: getText(applied, 'id'),
      token,
    }
    storeHolder(holder)
    return applicationFacts(holder)
  },
  restore: async () => {
    const holder = readHolder()
    return holder && applicationFacts(holder)
  },
}

function applicationFacts({ applicationId, userId }: Holder): readonly Fact[] {
  return [
    { label: 'Application', value: applicationId },
    { label: 'Holder', value: userId },
  ]
}

const approved: readonly Fact[] = [{ label: 'Status', value: 'approved', verified: true }]

const review: FlowStep = {
  title: 'Review the application',
  text: 'A reviewer of the host approves it. Before that, no credential is offered.',
  action: 'Approve',
  isReady: () => readHolder() !== undefined,
  run: async () => {
    const holder = requireStep(readHolder(), application.title)
    await runAction('onboarding/approve', { applicationId: holder.applicationId, token: holder.token })
    storeHolder({ ...holder, isApproved: true })
    return approved
  },
  restore: async () => (readHolder()?.isApproved ? approved : undefined),
}

const receipt: FlowStep = {
  title: 'Receive the credential',
  text: 'The applicant gets an offer (OpenID4VCI), and a transaction code by a message of its own. With code and PIN the user’s wallet takes five copies, each bound to a key of its own.',
  fields: [pinField],
  action: 'Receive',
  isReady: () => readHolder()?.isApproved === true,
  run: async (form) => {
    const holder = requireStep(readHolder(), application.title)
    const headers = { authorization: `Bearer ${holder.token}` }
    const path = `/onboarding/applications/${holder.applicationId}/credential-offer`
    const offer = getText(await requestApi('POST', path, { headers }), 'uri')
    const { applicationId, token } = holder
    const received = await runAction('credentials/receive', { ...byPin(holder, form), applicationId, token, offer })
    const credentialId = getText(received, 'credential', 'id')
    storeHolder({ ...holder, credentialId })
    return [
      {
        label: 'Issuer',
        value: getText(received, 'offer', 'issuer', 'name'),
        verified: getIn(received, 'offer', 'issuer', 'trusted') === true,
      },
      { label: 'Type', value: getText(received, 'credential', 'type') },
      { label: 'Claims', value: formatClaims(getList(received, 'credential', 'claims')) },
      { label: 'Copies', value: String(getIn(received, 'credential', 'instancesLeft')) },
    ]
  },
  restore: async () => {
    const credentialId = readHolder()?.credentialId
    return credentialId === undefined ? undefined : [{ label: 'Credential', value: credentialId }]
  },
}

const hasCredential = (): boolean => readHolder()?.credentialId !== undefined
const readRequest = (): string | undefined =>
  new URLSearchParams(location.search).has('request_uri') ? `openid4vp://${location.search}` : undefined

const hasPresented = (): boolean => new URLSearchParams(location.search).has('presented')

const visit: FlowStep = {
  title: 'Visit another site',
  text: 'A shop at another origin. Its button leads back here with a request (OpenID4VP), as a link opens a wallet on a phone.',
  action: 'Visit the shop',
  isReady: hasCredential,
  run: async () => {
    location.assign(getText(await runAction('credentials/shop', {}), 'url'))
    return [{ label: 'Redirecting to', value: 'the shop' }]
  },
  restore: async () =>
    readRequest() !== undefined || hasPresented() ? [{ label: 'Visited', value: 'the shop' }] : undefined,
}

const look = (prepared: { request?: PreparedRequest }): FlowStep => ({
  title: 'Look at the request',
  text: 'The wallet fetches the request, and verifies by its certificate who asks. Nothing is sent yet.',
  action: 'Look at it',
  isReady: () => hasCredential() && readRequest() !== undefined,
  run: async () => {
    const { userId } = requireStep(readHolder(), application.title)
    const reply = await runAction('credentials/request', { userId, uri: readRequest() })
    const [disclosed] = getList(reply, 'consent', 'disclosed')
    prepared.request = {
      requestId: getText(reply, 'shown', 'id'),
      choice: getIn(reply, 'choice'),
      consent: getText(reply, 'consent', 'consent'),
    }
    return [
      { label: 'Asked by', value: getText(reply, 'shown', 'verifier', 'name'), verified: true },
      { label: 'Purpose', value: getList(reply, 'shown', 'purpose').join(', ') },
      { label: 'It will see', value: formatClaims(getList(disclosed, 'claims')) },
    ]
  },
  restore: async () => (hasPresented() ? [{ label: 'Request', value: 'answered' }] : undefined),
})

const presentation = (prepared: { request?: PreparedRequest }): FlowStep => ({
  title: 'Agree and present',
  text: 'The PIN opens the key of one copy, which signs for this request alone. If what would be sent is not what was shown, nothing is.',
  fields: [pinField],
  action: 'Present',
  isReady: () => prepared.request !== undefined,
  run: async (form) => {
    const holder = requireStep(readHolder(), application.title)
    const request = requireStep(prepared.request, 'Look at the request')
    const reply = await runAction('credentials/present', { ...byPin(holder, form), ...request })
    location.assign(getText(reply, 'redirectUri'))
    return [{ label: 'Redirecting to', value: 'the shop' }]
  },
  restore: async () =>
    hasPresented() ? [{ label: 'Presented', value: 'one claim, once', verified: true }] : undefined,
})

function byPin({ userId, pinId }: Holder, form: FormData) {
  return { userId, pinId, pin: fieldText(form, 'pin') }
}

/** Paths of claims, as text: `given_name, address.locality`. */
function formatClaims(paths: readonly unknown[]): string {
  return paths.map((path) => (Array.isArray(path) ? path.join('.') : String(path))).join(', ')
}
