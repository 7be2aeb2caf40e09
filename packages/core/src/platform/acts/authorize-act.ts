import { BillfoldError } from '../../kernel/errors.ts'
import type { Write } from '../../kernel/storage/index.ts'
import type { Act } from './act.ts'

/** The decision about an act. */
export type ActDecision =
  /** The writes go into the commit of the act, so a limit that they count against holds for concurrent acts too. */
  | { readonly decision: 'allow'; readonly writes: readonly Write[] }
  /** The act waits under an id until its user has proven another signing method. */
  | { readonly decision: 'step-up'; readonly requestId: string }
  /** The act waits under an id until others have approved it. */
  | { readonly decision: 'approve'; readonly requestId: string }
  | { readonly decision: 'deny' }

/**
 * Decides about an act, called each time before its commit is attempted. It may be called several times for one act, so it
 * must not count the act itself: what counts is in the writes.
 */
export type ActAuthorizer = (act: Act) => Promise<ActDecision>

/** Where {@link authorizeAct} finds the authorizers of the modules. */
export interface ActServices {
  /** The authorizers of all modules, in the order of the modules. Empty if no module has one: then every act is allowed. */
  readonly actAuthorizers: readonly ActAuthorizer[]
}

/**
 * Asks the modules about an act. Every function that signs, moves money, exports a key or logs a user in calls it inside
 * `retryOnConflict`, and commits the writes together with the act. Without a module that authorizes acts it costs nothing.
 *
 * @param toAct describes the act; not called without an authorizer
 * @returns the writes to commit with the act
 * @throws BillfoldError `act.denied`; `act.step-up-required` and `act.approval-required`, whose message names the request
 *   that waits
 */
export async function authorizeAct({ actAuthorizers }: ActServices, toAct: () => Act): Promise<readonly Write[]> {
  if (actAuthorizers.length === 0) return []
  const act = toAct()
  const writes: Write[] = []
  for (const authorize of actAuthorizers) {
    const decided = await authorize(act)
    if (decided.decision !== 'allow') throw toError(decided)
    writes.push(...decided.writes)
  }
  return writes
}

function toError(decided: Exclude<ActDecision, { readonly decision: 'allow' }>): BillfoldError {
  switch (decided.decision) {
    case 'deny':
      return new BillfoldError('act.denied')
    case 'step-up':
      return new BillfoldError('act.step-up-required', {
        message: `A further signing method is required: confirm the request ${decided.requestId}, then repeat`,
      })
    case 'approve':
      return new BillfoldError('act.approval-required', {
        message: `An approval is required: request ${decided.requestId} waits for it; repeat once it is approved`,
      })
  }
}
