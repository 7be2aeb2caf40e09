import {
  type Connection,
  type PasskeyRequest,
  requestPasskeyOptions,
  signalUnknownPasskey,
  submitPasskey,
  usePasskey,
} from '@billfold/core/client'
import { signDeviceStatement } from './device.ts'
import { type Action, createElement, showScreen } from './screen.ts'
import { sessionId } from './settings.ts'
import type { Visit } from './visit.ts'

/** What follows a passkey, and what can be done in its place. */
export interface PasskeyStep {
  /** Runs a step, and shows its problem if it fails. */
  readonly attempt: (step: () => Promise<void>) => Promise<void>
  /** What the user can do instead. @param before called before the user does it */
  readonly instead: (before?: () => void) => readonly Action[]
  readonly succeeded: () => void
  readonly failed: () => void
  /** Called if the PIN is required, with its step token. */
  readonly pin: (token: string) => void
}

/** An assertion, and the relying party that asked for it. */
interface Assertion {
  readonly passkey: Readonly<Record<string, unknown>>
  readonly rpId: string
}

/** Options are good for five minutes: those of the autofill are replaced before. */
const autofillMs = 240_000

/** Returns true if the browser has passkeys. */
export function canUsePasskeys(): boolean {
  // The type knows the browsers of today only; without a secure connection there are none.
  const credentials: unknown = Reflect.get(navigator, 'credentials')
  return credentials !== undefined && Reflect.has(globalThis, 'PublicKeyCredential')
}

/** Offers to sign in with a passkey: by a button, and by the autofill of a field where the browser has that. */
export async function offerPasskey(visit: Visit, step: PasskeyStep): Promise<void> {
  const { texts } = visit
  const hasAutofill = await isAutofillAvailable()
  const leaving = new AbortController()
  document.title = texts.passkeyTitle
  showScreen({
    kind: 'plain',
    icon: 'key',
    title: texts.passkeyTitle,
    text: texts.passkeyIntro,
    parts: hasAutofill ? [createAutofillField(texts.passkeyLabel)] : [],
    action: {
      label: texts.usePasskey,
      run: () => {
        leaving.abort()
        void signInWithPasskey(visit, step)
      },
    },
    more: step.instead(() => leaving.abort()),
  })
  if (!hasAutofill) return
  const used = await awaitAutofill(visit, leaving.signal)
  // A page has one request for passkeys at a time, so this one has ended if the user went another way.
  if (used !== undefined && !leaving.signal.aborted) await submit(visit, step, used)
}

/** Asks for a passkey in the browser's dialog, and submits it. */
export function signInWithPasskey(visit: Visit, step: PasskeyStep): Promise<void> {
  const { texts, connection } = visit
  return step.attempt(async () => {
    showScreen({ kind: 'waiting', icon: 'key', title: texts.passkeyWaiting })
    await submit(visit, step, await requestAssertion(connection))
  })
}

/** Submits an assertion. A repetition after a lost connection is the same request. */
function submit(visit: Visit, step: PasskeyStep, assertion: Assertion): Promise<void> {
  const { texts, connection } = visit
  const { passkey } = assertion
  const requestId = crypto.randomUUID()
  return step.attempt(async () => {
    showScreen({ kind: 'waiting', icon: 'key', title: texts.checking })
    const device = await signDeviceStatement('submit_passkey', sessionId, connection.keyPair)
    const submission = { sessionId, passkey, ...(device !== undefined && { device }) }
    const { status, token, reasons } = await submitPasskey(connection, submission, { requestId })
    if (status === 'success') return step.succeeded()
    if (status === 'pin') return step.pin(token ?? '')
    if (status !== 'retry') return step.failed()
    if (reasons.includes('unknown')) await forgetPasskey(assertion)
    showScreen({
      kind: 'failure',
      icon: 'stop',
      title: texts.passkeyRefusedTitle,
      text: texts.passkeyRefused,
      action: { label: texts.tryAgain, run: () => void signInWithPasskey(visit, step) },
      more: step.instead(),
    })
  })
}

/** Waits for a choice in the autofill of the field. Problems are not shown: the button is there. */
async function awaitAutofill({ connection }: Visit, leaving: AbortSignal): Promise<Assertion | undefined> {
  while (!leaving.aborted) {
    const round = new AbortController()
    const end = (): void => round.abort()
    leaving.addEventListener('abort', end)
    const timer = setTimeout(end, autofillMs)
    try {
      return await requestAssertion(connection, { autofill: true, signal: round.signal })
    } catch {
      if (!round.signal.aborted) return undefined
    } finally {
      clearTimeout(timer)
      leaving.removeEventListener('abort', end)
    }
  }
  return undefined
}

/** Asks the browser for an assertion with new options of the server. */
async function requestAssertion(
  connection: Connection,
  { autofill = false, signal }: PasskeyRequest = {},
): Promise<Assertion> {
  const call = signal === undefined ? {} : { signal }
  const options = await requestPasskeyOptions(connection, sessionId, call)
  const { passkey } = await usePasskey(navigator.credentials, options, { autofill, ...call })
  return { passkey, rpId: String(options['rpId']) }
}

async function isAutofillAvailable(): Promise<boolean> {
  const isAvailable: unknown = Reflect.get(PublicKeyCredential, 'isConditionalMediationAvailable')
  if (typeof isAvailable !== 'function') return false
  return PublicKeyCredential.isConditionalMediationAvailable().catch(() => false)
}

/** The field in whose autofill the browser offers passkeys. It is not for typing. */
function createAutofillField(text: string): HTMLLabelElement {
  const field = createElement('input')
  field.type = 'text'
  field.autocomplete = 'username webauthn'
  field.spellcheck = false
  field.addEventListener('beforeinput', (event) => event.preventDefault())
  const label = createElement('label', text)
  label.append(field)
  return label
}

/** Tells the browser that the server does not know a passkey, so that it offers it no more, where the browser supports that. */
async function forgetPasskey({ passkey, rpId }: Assertion): Promise<void> {
  await signalUnknownPasskey(PublicKeyCredential, { rpId, credentialId: String(passkey['rawId']) }).catch(() => {})
}
