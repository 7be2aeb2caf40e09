import { connect, type Connection } from '@billfold/core/client'
import { type Camera, camera } from './camera.ts'
import { captureFrames, capturePicture } from './capture.ts'
import { askPin } from './pin.ts'
import { problem, type Problem } from './problems.ts'
import { show } from './screen.ts'
import { startLiveness, submit } from './steps.ts'
import { apiUrl, loadSettings, sessionId, type Settings } from './settings.ts'
import { type Texts, textsFor } from './texts.ts'

/** What all screens of one visit need. */
interface Visit {
  readonly settings: Settings
  readonly texts: Texts
  readonly connection: Connection
}

let texts = textsFor(navigator.languages, {}).texts

/** Does something, and shows what came in its way, with the way to do it again. */
async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    showProblem(problem(error), () => void attempt(work))
  }
}

function showProblem(what: Problem, again: () => void): void {
  show({
    kind: 'failure',
    sign: 'stop',
    title: texts[`${what.name}Title`],
    text: texts[what.name],
    ...(what.again && { action: { label: texts.tryAgain, run: again } }),
  })
}

async function begin(): Promise<void> {
  show({ kind: 'waiting', sign: 'face', title: texts.waiting })
  const settings = await loadSettings()
  const chosen = textsFor(navigator.languages, settings.texts)
  texts = chosen.texts
  document.documentElement.lang = chosen.language
  document.title = texts.title
  if (settings.liveness === 'other') return showProblem({ name: 'unsupported', again: false }, () => {})
  const visit: Visit = { settings, texts, connection: await connect({ url: apiUrl, appId: 'authentication page' }) }
  introduce(visit)
}

function introduce(visit: Visit): void {
  const { settings } = visit
  const enrols = settings.purpose === 'enroll'
  show({
    kind: 'plain',
    sign: 'face',
    title: enrols ? texts.enrolTitle : texts.title,
    text: enrols ? texts.enrolIntro : settings.liveness === 'challenge' ? texts.introChallenge : texts.intro,
    action: { label: texts.start, run: () => void attempt(() => look(visit)) },
  })
}

/** Takes what is needed with the camera, and submits it. */
async function look(visit: Visit): Promise<void> {
  const { settings, connection } = visit
  show({ kind: 'waiting', sign: 'face', title: texts.waiting })
  const on = await camera(texts.place)
  let taken: { readonly selfie?: string; readonly frames?: readonly string[] }
  try {
    taken = await take(on, settings, connection)
  } finally {
    on.off()
  }
  // One id for however often this picture has to be sent.
  const requestId = crypto.randomUUID()
  await attempt(() => check(visit, { ...taken, cameraIndicator: on.indicator }, requestId))
}

async function take(
  on: Camera,
  settings: Settings,
  connection: Connection,
): Promise<{ selfie?: string; frames?: string[] }> {
  if (settings.liveness === 'none') return { selfie: await capturePicture(on, settings, texts) }
  const steps = await startLiveness(connection, sessionId)
  return { frames: await captureFrames(on, steps, settings, texts) }
}

async function check(visit: Visit, taken: Parameters<typeof submit>[1], requestId: string): Promise<void> {
  show({ kind: 'waiting', sign: 'face', title: texts.checking })
  const result = await submit(visit.connection, taken, requestId)
  switch (result.status) {
    case 'success':
      return succeed(visit)
    case 'pin':
      return askPin(visit.connection, texts, result.token ?? '', {
        succeeded: () => succeed(visit),
        failed: () => fail(visit),
      })
    case 'retry':
      return show({
        kind: 'plain',
        sign: 'face',
        title: texts.again,
        text: result.advice(texts),
        action: { label: texts.tryAgain, run: () => void attempt(() => look(visit)) },
      })
    case 'enroll':
      return show({
        kind: 'failure',
        sign: 'stop',
        title: texts.notEnrolledTitle,
        text: texts.notEnrolled,
        ...back(visit, 'failure'),
      })
    default:
      return fail(visit)
  }
}

function succeed(visit: Visit): void {
  const { returnUrl } = visit.settings
  const text = returnUrl === undefined ? texts.success : texts.returning
  show({ kind: 'success', sign: 'done', title: texts.successTitle, text, ...back(visit, 'success') })
  if (returnUrl !== undefined) setTimeout(() => goBack(returnUrl, 'success'), 1500)
}

function fail(visit: Visit): void {
  show({ kind: 'failure', sign: 'stop', title: texts.failureTitle, text: texts.failure, ...back(visit, 'failure') })
}

function back({ settings: { returnUrl } }: Visit, status: string): { action?: { label: string; run: () => void } } {
  return returnUrl === undefined ? {} : { action: { label: texts.back, run: () => goBack(returnUrl, status) } }
}

/** The relying party asks the server what came of it; the status here is only for what it shows first. */
function goBack(returnUrl: string, status: string): void {
  const url = new URL(returnUrl)
  url.searchParams.set('session', sessionId)
  url.searchParams.set('status', status)
  location.replace(url)
}

void attempt(begin)
