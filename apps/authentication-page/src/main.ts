import { connect } from '@billfold/core/client'
import { startCamera } from './camera.ts'
import { type CaptureContext, captureFrames, capturePicture } from './capture.ts'
import { showCancelled, showFailure, showNotEnrolled, showSuccess } from './endings.ts'
import { listWaysOut, type WaysOut } from './leave.ts'
import { canUsePasskeys, offerPasskey, type PasskeyStep, signInWithPasskey } from './passkey.ts'
import { promptForPin } from './pin.ts'
import { isRejection, namedProblem, type Problem, toProblem } from './problems.ts'
import { showRelyingParty } from './relying-party.ts'
import { type Action, createElement, showScreen } from './screen.ts'
import { apiUrl, fetchSettings, readMeta, readTexts, sessionId, type Texts } from './settings.ts'
import { type CapturedFace, giveConsent, resumePinStep, skipFace, startChallenge, submitFace } from './steps.ts'
import type { Visit } from './visit.ts'

/**
 * Runs a step of a session. If it fails, shows the problem and offers to repeat the step, or to leave. If the session has moved on, as in
 * another tab, shows where it is now.
 */
async function attempt(
  visit: Visit,
  step: () => Promise<void>,
  waysOut: () => readonly Action[] = () => [],
): Promise<void> {
  try {
    await step()
  } catch (error) {
    if (isRejection(error) && (await hasMovedOn(visit))) return open(visit.texts)
    showProblem(visit.texts, toProblem(error), () => void attempt(visit, step, waysOut), waysOut())
  }
}

function hasMovedOn({ settings }: Visit): Promise<boolean> {
  return fetchSettings().then(
    ({ step }) => step !== settings.step,
    () => false,
  )
}

function showProblem(texts: Texts, problem: Problem, retry: () => void, waysOut: readonly Action[] = []): void {
  const { name, canRetry, isPending } = problem
  showScreen({
    kind: 'failure',
    icon: 'stop',
    title: texts[`${name}Title`],
    text: texts[name],
    action: canRetry ? { label: texts.tryAgain, run: retry } : undefined,
    more: isPending ? waysOut : [],
  })
}

/** Shows the step at which the session is. */
async function start(texts: Texts): Promise<void> {
  showScreen({ kind: 'waiting', icon: 'face', title: texts.waiting })
  const settings = await fetchSettings()
  showRelyingParty(settings, texts)
  const visit: Visit = { settings, texts, connection: await connect({ url: apiUrl, appId: 'authentication page' }) }
  switch (settings.step) {
    case 'succeeded':
      return showSuccess(visit)
    case 'failed':
      return showFailure(visit)
    case 'cancelled':
      return showCancelled(visit)
    case 'pin':
      return showPin(visit, await resumePinStep(visit.connection, crypto.randomUUID()), texts.pinResumed)
    case 'face':
      return offersPasskey(visit) ? offerPasskey(visit, toPasskeyStep(visit)) : showIntroduction(visit)
  }
}

function offersPasskey({ settings }: Visit): boolean {
  return settings.factors.includes('passkey') && canUsePasskeys()
}

function offersFace({ settings: { factors, liveness } }: Visit): boolean {
  return factors.includes('face') && liveness !== 'other'
}

/** Lists the ways out of the first step. @param before called before the user goes one of them */
function waysOutOf(step: 'face' | 'passkey', visit: Visit, before: () => void = () => {}): readonly Action[] {
  const { settings, texts, connection } = visit
  const enterPin = () => {
    const requestId = crypto.randomUUID()
    const skip = async () => showPin(visit, await skipFace(connection, requestId), texts.pinOnlyIntro)
    void attempt(visit, skip, () => waysOutOf(step, visit))
  }
  const instead = [
    ...(step === 'face' && offersPasskey(visit)
      ? [{ label: texts.usePasskey, run: () => void signInWithPasskey(visit, toPasskeyStep(visit)) }]
      : []),
    ...(step === 'passkey' && offersFace(visit) ? [{ label: texts.useFace, run: () => showIntroduction(visit) }] : []),
    ...(settings.pinInsteadOfFace ? [{ label: texts.usePin, run: enterPin }] : []),
  ]
  return listWaysOut(visit, { ...commonWaysOut(visit), instead, before })
}

function waysOutOfFace(visit: Visit, before?: () => void): readonly Action[] {
  return waysOutOf('face', visit, before)
}

function toPasskeyStep(visit: Visit): PasskeyStep {
  return {
    attempt: (step) => attempt(visit, step, () => waysOutOf('passkey', visit)),
    instead: (before) => waysOutOf('passkey', visit, before),
    succeeded: () => showSuccess(visit),
    failed: () => showFailure(visit),
    pin: (token) => showPin(visit, token, visit.texts.passkeyPinIntro),
  }
}

function commonWaysOut(visit: Visit): Pick<WaysOut, 'cancelled' | 'attempt'> {
  return { cancelled: () => showCancelled(visit), attempt: (step) => attempt(visit, step) }
}

function showPin(visit: Visit, token: string, text: string): void {
  promptForPin(visit, token, {
    text,
    more: listWaysOut(visit, commonWaysOut(visit)),
    succeeded: () => showSuccess(visit),
    movedOn: () => void open(visit.texts),
  })
}

function showIntroduction(visit: Visit): void {
  const { settings, texts } = visit
  const { liveness, purpose, privacyNotice } = settings
  if (!offersFace(visit)) {
    const problem = { name: 'unsupported', canRetry: false, isPending: true } as const
    return showProblem(texts, problem, () => {}, waysOutOfFace(visit))
  }
  const isEnrolment = purpose === 'enroll'
  const agree = privacyNotice?.consentRequired === true
  showScreen({
    kind: 'plain',
    icon: 'face',
    title: isEnrolment ? texts.enrolTitle : texts.title,
    text: isEnrolment ? texts.enrolIntro : liveness === 'challenge' ? texts.introChallenge : texts.intro,
    parts: agree ? [createElement('p', texts.consent, 'consent')] : [],
    action: { label: agree ? texts.agreeAndStart : texts.start, run: () => void begin(visit), isConsent: agree },
    more: waysOutOfFace(visit),
  })
}

/** Records the consent, if one is needed, before the camera starts. */
function begin(visit: Visit): Promise<void> {
  const { settings, texts, connection } = visit
  const { privacyNotice } = settings
  if (privacyNotice?.consentRequired !== true) return takeFace(visit)
  const requestId = crypto.randomUUID()
  return attempt(
    visit,
    async () => {
      showScreen({ kind: 'waiting', icon: 'face', title: texts.waiting })
      await giveConsent(connection, privacyNotice.version, requestId)
      await takeFace({
        ...visit,
        settings: { ...settings, privacyNotice: { ...privacyNotice, consentRequired: false } },
      })
    },
    () => waysOutOfFace(visit),
  )
}

/** Captures the face with the camera and submits it. */
function takeFace(visit: Visit): Promise<void> {
  return attempt(
    visit,
    () => captureFace(visit),
    () => waysOutOfFace(visit),
  )
}

async function captureFace(visit: Visit): Promise<void> {
  const { settings, texts, connection } = visit
  const leaving = new AbortController()
  const more = waysOutOfFace(visit, () => leaving.abort())
  showScreen({ kind: 'waiting', icon: 'face', title: texts.waiting, more })
  const camera = await startCamera(texts.positionFace)
  let captured: Omit<CapturedFace, 'cameraIndicator'>
  try {
    leaving.signal.throwIfAborted()
    const context: CaptureContext = { settings, texts, more, signal: leaving.signal }
    captured =
      settings.liveness === 'none'
        ? { selfie: await capturePicture(camera, context) }
        : { frames: await captureFrames(camera, await startChallenge(connection, sessionId), context) }
  } catch (error) {
    if (leaving.signal.aborted) return
    throw error
  } finally {
    camera.stop()
  }
  // Retries of the same picture use the same request id.
  const requestId = crypto.randomUUID()
  const submission = { ...captured, cameraIndicator: camera.indicator }
  await attempt(
    visit,
    () => submit(visit, submission, requestId),
    () => waysOutOfFace(visit),
  )
}

async function submit(visit: Visit, captured: CapturedFace, requestId: string): Promise<void> {
  const { texts, connection } = visit
  showScreen({ kind: 'waiting', icon: 'face', title: texts.checking })
  const result = await submitFace(connection, captured, requestId)
  switch (result.status) {
    case 'success':
      return showSuccess(visit)
    case 'pin':
      return showPin(visit, result.token ?? '', texts.pinIntro)
    case 'retry':
      return showScreen({
        kind: 'plain',
        icon: 'face',
        title: texts.retryTitle,
        text: result.advice(texts),
        action: { label: texts.tryAgain, run: () => void takeFace(visit) },
        more: waysOutOfFace(visit),
      })
    case 'enroll':
      return showNotEnrolled(visit)
    default:
      return showFailure(visit)
  }
}

/** Shows the session, or the problem that there is with it. */
async function open(texts: Texts): Promise<void> {
  try {
    await start(texts)
  } catch (error) {
    showProblem(texts, toProblem(error), () => void open(texts))
  }
}

// A page from the back/forward cache may show a step that is over.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload()
})
const served = namedProblem(readMeta('billfold-problem'))
const texts = readTexts()
if (served === undefined) void open(texts)
else showProblem(texts, served, () => location.reload())
