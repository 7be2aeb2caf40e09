import { connect, getSessionResult } from '@billfold/core/client'
import { runAction, recordedFetch } from '../calls.ts'
import { type Fact, type FormField, type Flow, type FlowStep, fieldText } from '../flow.ts'
import { getIn, getList, getText } from '../json.ts'

/** State in localStorage, so that it survives the authentication page and browser restarts: needed for trusted devices. */
const stored = {
  get userId(): string | undefined {
    return localStorage.getItem('face-user') ?? undefined
  },
  set userId(value: string | undefined) {
    if (value === undefined) localStorage.removeItem('face-user')
    else localStorage.setItem('face-user', value)
  },
  get enrolled(): boolean {
    return stored.userId !== undefined && localStorage.getItem('face-enrolled') === stored.userId
  },
}

const configuration: FormField = {
  name: 'configuration',
  label: 'Verification configuration',
  value: 'default',
  choices: {
    default: 'default: liveness check, PIN on a new device',
    still: 'still: one image, PIN on a new device',
    careful: 'careful: liveness check and PIN, every time',
  },
}

const hasUser = (): boolean => stored.userId !== undefined

/** Face sign-in, with the demo as the relying party. */
export const faceFlow: Flow = {
  name: 'face',
  title: 'Face sign-in',
  intro:
    'A relying party redirects the user to the authentication page, which verifies their face and asks for a PIN if required. Faces are compared in the process of the host; no image is sent to a third party. Requires a camera.',
  steps: () => [user, enrolment, login, devices, erasure],
}

const user: FlowStep = {
  title: 'Create a user',
  text: 'Creates a user with a PIN.',
  fields: [{ name: 'pin', label: 'PIN', value: '4711', inputmode: 'numeric' }],
  action: 'Create user',
  isReady: () => true,
  run: async (form) => {
    stored.userId = getText(await runAction('face/user', { pin: fieldText(form, 'pin') }), 'result', 'id')
    return [{ label: 'User', value: stored.userId ?? '' }]
  },
  restore: async () => (stored.userId === undefined ? undefined : [{ label: 'User', value: stored.userId }]),
}

const enrolment: FlowStep = {
  title: 'Enrol a face',
  text: 'The host confirms the identity of the person at the camera. The stored face template is encrypted and bound to the user.',
  fields: [configuration],
  action: 'Enrol',
  isReady: hasUser,
  run: (form) => redirectTo('enrol', form),
  restore: async () =>
    (await restoreResult('enrol', enrolmentResult)) ??
    (stored.enrolled ? [{ label: 'Enrolled', value: 'A face is enrolled' }] : undefined),
}

const login: FlowStep = {
  title: 'Sign in',
  text: 'A new device also requires the PIN. Trust the device to skip the PIN next time.',
  fields: [configuration],
  action: 'Sign in with face',
  isReady: () => hasUser() && stored.enrolled,
  run: (form) => redirectTo('sign-in', form),
  restore: () => restoreResult('sign-in', loginResult),
}

const devices: FlowStep = {
  title: 'List trusted devices',
  text: 'A trusted device is identified by a non-extractable key.',
  action: 'List devices',
  isReady: hasUser,
  run: async () => {
    const list = getList(await runAction('face/devices', { userId: stored.userId }))
    const shown = list.map((device) => ({ label: 'Device', value: String(getIn(device, 'id')) }))
    return shown.length === 0 ? [{ label: 'Devices', value: 'none' }] : shown
  },
}

const erasure: FlowStep = {
  title: 'Erase the user',
  text: 'Erases the face templates, devices and keys of the user, in all processes at once.',
  action: 'Erase',
  isReady: hasUser,
  run: async () => {
    await runAction('face/erase', { userId: stored.userId })
    stored.userId = undefined
    return [{ label: 'Done', value: 'Only the user id remains, in the audit log', verified: true }]
  },
}

/** Redirects to the authentication page, which redirects back here. */
async function redirectTo(what: 'enrol' | 'sign-in', form: FormData): Promise<readonly Fact[]> {
  const response = await runAction(`face/${what}`, {
    userId: stored.userId,
    configuration: fieldText(form, 'configuration'),
  })
  sessionStorage.setItem('face-redirect', what)
  location.assign(getText(response, 'url'))
  return [{ label: 'Redirecting to', value: 'the authentication page' }]
}

/** Reads the result of the session after the redirect back, if it was started by this step. */
async function restoreResult(
  what: 'enrol' | 'sign-in',
  find: (sessionId: string) => Promise<readonly Fact[]>,
): Promise<readonly Fact[] | undefined> {
  const sessionId = new URLSearchParams(location.search).get('session')
  if (sessionId === null || sessionStorage.getItem('face-redirect') !== what) return undefined
  try {
    return await find(sessionId)
  } catch (error) {
    return [{ label: 'Result', value: error instanceof Error ? error.message : String(error), verified: false }]
  }
}

/** Reads the result of a session with the client library, by the session id. */
async function enrolmentResult(sessionId: string): Promise<readonly Fact[]> {
  const connection = await connect({
    url: '/walletapi',
    fetch: (input, init) => recordedFetch(String(input instanceof Request ? input.url : input), init),
  })
  const { status, message } = await getSessionResult(connection, sessionId)
  if (status === 'success' && stored.userId !== undefined) localStorage.setItem('face-enrolled', stored.userId)
  return [{ label: 'Enrolled', value: message, verified: status === 'success' }]
}

/** Reads the result of a login on the server: the browser must not decide who is logged in. */
async function loginResult(sessionId: string): Promise<readonly Fact[]> {
  const response = await runAction('face/result', { sessionId })
  if (response === null) return [{ label: 'Result', value: 'Not completed', verified: false }]
  return [
    { label: 'Signed in', value: getText(response, 'userId'), verified: getText(response, 'userId') === stored.userId },
    { label: 'Face match score', value: String(getIn(response, 'face_compare_score')) },
  ]
}
