import { env } from 'node:process'

/** A framework in which a host serves the pages. */
export type PageFramework = 'express' | 'koa'

/**
 * Selects the frameworks on which the suites of the pages run. The pages are the same on both, and what differs is in the
 * adapters, whose own suites run on all frameworks always: so a run outside of CI takes one.
 */
export function selectPageFrameworks(settings: Readonly<Record<string, string | undefined>>): readonly PageFramework[] {
  const isComplete = settings['CI'] === 'true' || settings['BILLFOLD_TEST_FRAMEWORKS'] === 'all'
  return isComplete ? ['express', 'koa'] : ['express']
}

/** The frameworks of this run. */
export const pageFrameworks: readonly PageFramework[] = selectPageFrameworks(env)
