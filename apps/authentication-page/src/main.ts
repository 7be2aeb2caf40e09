import { connect, type Connection } from '@billfold/core/client'
import { type Camera, startCamera } from './camera.ts'
import { captureFrames, capturePicture } from './capture.ts'
import { promptForPin } from './pin.ts'
import { type Problem, toProblem } from './problems.ts'
import { showScreen } from './screen.ts'
import { type CapturedFace, startChallenge, submitFace } from './steps.ts'
import { apiUrl, fetchSettings, type PageSettings, sessionId } from './settings.ts'
import { resolveTexts, type Texts } from './texts.ts'

/** The context of all screens. */
interface Visit {
  readonly settings: PageSettings
  readonly texts: Texts
  readonly connection: Connection
}

let texts = resolveTexts(navigator.languages, {}).texts

/** Runs an action. If it fails, shows the problem and offers to repeat the action. */
async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch (error) {
    showProblem(toProblem(error), () => void attempt(action))
  }
}

function showProblem(problem: Problem, retry: () => void): void {
  showScreen({
    kind: 'failure',
    icon: 'stop',
    title: texts[`${problem.name}Title`],
    text: texts[problem.name],
    ...(problem.canRetry && { action: { label: texts.tryAgain, run: retry } }),
  })
}

async function start(): Promise<void> {
  showScreen({ kind: 'waiting', icon: 'face', title: texts.waiting })
  const settings = await fetchSettings()
  const resolved = resolveTexts(navigator.languages, settings.texts)
  texts = resolved.texts
  document.documentElement.lang = resolved.language
  document.title = texts.title
  if (settings.liveness === 'other') return showProblem({ name: 'unsupported', canRetry: false }, () => {})
  const visit: Visit = { settings, texts, connection: await connect({ url: apiUrl, appId: 'authentication page' }) }
  showIntroduction(visit)
}

function showIntroduction(visit: Visit): void {
  const { settings } = visit
  const isEnrolment = settings.purpose === 'enroll'
  showScreen({
    kind: 'plain',
    icon: 'face',
    title: isEnrolment ? texts.enrolTitle : texts.title,
    text: isEnrolment ? texts.enrolIntro : settings.liveness === 'challenge' ? texts.introChallenge : texts.intro,
    action: { label: texts.start, run: () => void attempt(() => captureFace(visit)) },
  })
}

/** Captures the face with the camera and submits it. */
async function captureFace(visit: Visit): Promise<void> {
  const { settings, connection } = visit
  showScreen({ kind: 'waiting', icon: 'face', title: texts.waiting })
  const camera = await startCamera(texts.positionFace)
  let captured: Omit<CapturedFace, 'cameraIndicator'>
  try {
    captured = await capture(camera, settings, connection)
  } finally {
    camera.stop()
  }
  // Retries of the same picture use the same request id.
  const requestId = crypto.randomUUID()
  await attempt(() => submit(visit, { ...captured, cameraIndicator: camera.indicator }, requestId))
}

async function capture(
  camera: Camera,
  settings: PageSettings,
  connection: Connection,
): Promise<Omit<CapturedFace, 'cameraIndicator'>> {
  if (settings.liveness === 'none') return { selfie: await capturePicture(camera, settings, texts) }
  const steps = await startChallenge(connection, sessionId)
  return { frames: await captureFrames(camera, steps, settings, texts) }
}

async function submit(visit: Visit, captured: CapturedFace, requestId: string): Promise<void> {
  showScreen({ kind: 'waiting', icon: 'face', title: texts.checking })
  const result = await submitFace(visit.connection, captured, requestId)
  switch (result.status) {
    case 'success':
      return succeed(visit)
    case 'pin':
      return promptForPin(visit.connection, texts, result.token ?? '', {
        succeeded: () => succeed(visit),
        failed: () => fail(visit),
      })
    case 'retry':
      return showScreen({
        kind: 'plain',
        icon: 'face',
        title: texts.retryTitle,
        text: result.advice(texts),
        action: { label: texts.tryAgain, run: () => void attempt(() => captureFace(visit)) },
      })
    case 'enroll':
      return showScreen({
        kind: 'failure',
        icon: 'stop',
        title: texts.notEnrolledTitle,
        text: texts.notEnrolled,
        ...returnAction(visit, 'failure'),
      })
    default:
      return fail(visit)
  }
}

function succeed(visit: Visit): void {
  const { returnUrl } = visit.settings
  const text = returnUrl === undefined ? texts.success : texts.returning
  showScreen({ kind: 'success', icon: 'done', title: texts.successTitle, text, ...returnAction(visit, 'success') })
  if (returnUrl !== undefined) setTimeout(() => goBack(returnUrl, 'success'), 1500)
}

function fail(visit: Visit): void {
  showScreen({
    kind: 'failure',
    icon: 'stop',
    title: texts.failureTitle,
    text: texts.failure,
    ...returnAction(visit, 'failure'),
  })
}

function returnAction(
  { settings: { returnUrl } }: Visit,
  status: string,
): { action?: { label: string; run: () => void } } {
  return returnUrl === undefined ? {} : { action: { label: texts.goBack, run: () => goBack(returnUrl, status) } }
}

/** Redirects to the relying party. The status parameter is only a hint; the relying party gets the result from the server. */
function goBack(returnUrl: string, status: string): void {
  const url = new URL(returnUrl)
  url.searchParams.set('session', sessionId)
  url.searchParams.set('status', status)
  location.replace(url)
}

void attempt(start)
