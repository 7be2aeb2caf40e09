import { goBack } from './leave.ts'
import { type Action, showScreen } from './screen.ts'
import type { Visit } from './visit.ts'

/** Shows that the session has succeeded, and returns to the relying party. */
export function showSuccess(visit: Visit): void {
  const { settings, texts } = visit
  const { returnUrl } = settings
  const text = returnUrl === undefined ? texts.success : texts.returning
  showScreen({ kind: 'success', icon: 'done', title: texts.successTitle, text, action: returnAction(visit, 'success') })
  if (returnUrl !== undefined) setTimeout(() => goBack(returnUrl, 'success'), 1500)
}

/** Shows that the session has failed. */
export function showFailure(visit: Visit): void {
  const { texts } = visit
  const action = returnAction(visit, 'failure')
  showScreen({ kind: 'failure', icon: 'stop', title: texts.failureTitle, text: texts.failure, action })
}

/** Shows that the user has no face to compare with. */
export function showNotEnrolled(visit: Visit): void {
  const { texts } = visit
  const action = returnAction(visit, 'failure')
  showScreen({ kind: 'failure', icon: 'stop', title: texts.notEnrolledTitle, text: texts.notEnrolled, action })
}

/** Shows that the user has cancelled the session. */
export function showCancelled(visit: Visit): void {
  const { texts } = visit
  const action = returnAction(visit, 'cancelled')
  showScreen({ kind: 'plain', icon: 'stop', title: texts.cancelledTitle, text: texts.cancelled, action })
}

function returnAction({ settings: { returnUrl }, texts }: Visit, status: string): Action | undefined {
  return returnUrl === undefined ? undefined : { label: texts.goBack, run: () => goBack(returnUrl, status) }
}
