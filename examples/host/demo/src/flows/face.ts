import { connect, sessionResult } from '@billfold/core/client'
import { act, shownFetch } from '../calls.ts'
import { type Fact, type Field, type Flow, type Step, typed } from '../flow.ts'
import { at, listAt, textAt } from '../json.ts'

/** What outlives the visit of the authentication page, and of the browser: a trusted device is one that comes back. */
const kept = {
  get userId(): string | undefined {
    return localStorage.getItem('face-user') ?? undefined
  },
  set userId(value: string | undefined) {
    if (value === undefined) localStorage.removeItem('face-user')
    else localStorage.setItem('face-user', value)
  },
  get enrolled(): boolean {
    return kept.userId !== undefined && localStorage.getItem('face-enrolled') === kept.userId
  },
}

const configuration: Field = {
  name: 'configuration',
  label: 'How to check (verification configuration)',
  value: 'default',
  choices: {
    default: 'default: movements, and a PIN on a new device',
    still: 'still: one picture, and a PIN on a new device',
    careful: 'careful: movements and a PIN, every time',
  },
}

const isThere = (): boolean => kept.userId !== undefined

/** Faces: enrolled, and signed in with; the demo is the relying party. */
export const face: Flow = {
  name: 'face',
  title: 'Face sign-in',
  intro:
    'A relying party sends somebody to the authentication page, which looks at their face and asks for a PIN where one is due. Faces are compared in the process of the host: nothing leaves it. You need a camera.',
  steps: () => [person, enrolment, login, devices, forgetting],
}

const person: Step = {
  title: 'Make somebody',
  text: 'A user with a PIN, who can enrol a face.',
  fields: [{ name: 'pin', label: 'PIN', value: '4711', inputmode: 'numeric' }],
  action: 'Make the user',
  ready: () => true,
  run: async (form) => {
    kept.userId = textAt(await act('face/person', { pin: typed(form, 'pin') }), 'result', 'id')
    return [{ label: 'User', value: kept.userId ?? '' }]
  },
  before: async () => (kept.userId === undefined ? undefined : [{ label: 'User', value: kept.userId }]),
}

const enrolment: Step = {
  title: 'Enrol their face',
  text: 'The host gives its word for who sits there. What is kept of a face is sealed, and bound to its person.',
  fields: [configuration],
  action: 'Enrol',
  ready: isThere,
  run: (form) => leaveFor('enrol', form),
  before: async () =>
    (await cameBack('enrol', enrolled)) ??
    (kept.enrolled ? [{ label: 'Enrolled', value: 'Their face is known here' }] : undefined),
}

const login: Step = {
  title: 'Sign in',
  text: 'On a device that is new the PIN is due as well. Trust the device there, and next time it is not.',
  fields: [configuration],
  action: 'Sign in by face',
  ready: () => isThere() && kept.enrolled,
  run: (form) => leaveFor('sign-in', form),
  before: () => cameBack('sign-in', signedIn),
}

const devices: Step = {
  title: 'See which devices they trust',
  text: 'A device is trusted by a key that cannot be taken out of it.',
  action: 'List the devices',
  ready: isThere,
  run: async () => {
    const list = listAt(await act('face/devices', { userId: kept.userId }))
    const shown = list.map((device) => ({ label: 'Device', value: String(at(device, 'id')) }))
    return shown.length === 0 ? [{ label: 'Devices', value: 'none yet' }] : shown
  },
}

const forgetting: Step = {
  title: 'Forget them',
  text: 'Their face, their devices and their keys are erased, in all processes at once.',
  action: 'Forget',
  ready: isThere,
  run: async () => {
    await act('face/forget', { userId: kept.userId })
    kept.userId = undefined
    return [{ label: 'Done', value: 'Nothing of them is left but an id in the audit trail', holds: true }]
  },
}

/** Goes to the authentication page, which leads back here. */
async function leaveFor(what: 'enrol' | 'sign-in', form: FormData): Promise<readonly Fact[]> {
  const answer = await act(`face/${what}`, { userId: kept.userId, configuration: typed(form, 'configuration') })
  sessionStorage.setItem('face-left-for', what)
  location.assign(textAt(answer, 'url'))
  return [{ label: 'Going to', value: 'the authentication page' }]
}

/** What came of the visit, where it was for this. */
async function cameBack(
  what: 'enrol' | 'sign-in',
  find: (sessionId: string) => Promise<readonly Fact[]>,
): Promise<readonly Fact[] | undefined> {
  const sessionId = new URLSearchParams(location.search).get('session')
  if (sessionId === null || sessionStorage.getItem('face-left-for') !== what) return undefined
  try {
    return await find(sessionId)
  } catch (error) {
    return [{ label: 'Result', value: error instanceof Error ? error.message : String(error), holds: false }]
  }
}

/** The page may ask what came of a session by its id, with the client library. */
async function enrolled(sessionId: string): Promise<readonly Fact[]> {
  const connection = await connect({
    url: '/walletapi',
    fetch: (input, init) => shownFetch(String(input instanceof Request ? input.url : input), init),
  })
  const { status, message } = await sessionResult(connection, sessionId)
  if (status === 'success' && kept.userId !== undefined) localStorage.setItem('face-enrolled', kept.userId)
  return [{ label: 'Enrolled', value: message, holds: status === 'success' }]
}

/** Whether to let somebody in is the server's to ask. */
async function signedIn(sessionId: string): Promise<readonly Fact[]> {
  const answer = await act('face/result', { sessionId })
  if (answer === null) return [{ label: 'Result', value: 'Not done yet', holds: false }]
  return [
    { label: 'Signed in', value: textAt(answer, 'userId'), holds: textAt(answer, 'userId') === kept.userId },
    { label: 'Likeness of the face', value: String(at(answer, 'face_compare_score')) },
  ]
}
