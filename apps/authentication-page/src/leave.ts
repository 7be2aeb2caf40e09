import type { Action } from './screen.ts'
import { sessionId } from './settings.ts'
import { cancelSession } from './steps.ts'
import type { Visit } from './visit.ts'

/** The ways out of a step that are open at it. */
export interface WaysOut {
  /** Other ways to do the step. */
  readonly instead?: readonly Action[]
  /** Called once the session is cancelled, if there is no URL to return to. */
  readonly cancelled: () => void
  /** Runs a step, and shows its problem if it fails. */
  readonly attempt: (step: () => Promise<void>) => Promise<void>
  /** Called before any of them, for example to stop the camera. */
  readonly before?: () => void
}

/** Lists what the user can do in place of the current step: another factor, another way of the relying party, or nothing at all. */
export function listWaysOut({ settings, texts, connection }: Visit, ways: WaysOut): readonly Action[] {
  const { returnUrl, otherWayUrl } = settings
  const { instead = [], before = () => {} } = ways
  const leaving = ({ label, run }: Action): Action => {
    const leave = (): void => {
      before()
      run()
    }
    return { label, run: leave }
  }
  const end = (reason: 'cancelled' | 'another-way', then: () => void) => {
    const requestId = crypto.randomUUID()
    return (): void => {
      before()
      void ways.attempt(async () => {
        await cancelSession(connection, reason, requestId)
        then()
      })
    }
  }
  const goOr = (url: string | undefined, status: string, otherwise: () => void) => () =>
    url === undefined ? otherwise() : goBack(url, status)
  return [
    ...instead.map(leaving),
    ...(otherWayUrl === undefined
      ? []
      : [{ label: texts.otherWay, run: end('another-way', goOr(otherWayUrl, 'another-way', ways.cancelled)) }]),
    { label: texts.cancel, run: end('cancelled', goOr(returnUrl, 'cancelled', ways.cancelled)) },
  ]
}

/** Redirects to the relying party. The status parameter is only a hint; the relying party gets the result from the server. */
export function goBack(returnUrl: string, status: string): void {
  const url = new URL(returnUrl)
  url.searchParams.set('session', sessionId)
  url.searchParams.set('status', status)
  location.replace(url)
}
