import { BillfoldError } from '../errors.ts'
import { isCommitError } from './storage.ts'

/** How often a decision is made anew when the rows that it was based on have changed before it was committed. */
const mostDecisions = 20

/** Thrown by a decision whose reads do not belong together, because the rows changed between them: {@link decide} reads again. */
export class StaleRead extends Error {
  override readonly name = 'StaleRead'
}

/**
 * Reads, decides and commits, again from the start whenever another process was faster. The errors of the decision itself
 * pass through.
 * @throws BillfoldError `storage.refused` when the rows never hold still
 */
export async function decide<T>(readDecideCommit: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await readDecideCommit()
    } catch (error) {
      if (!isCommitError(error) && !(error instanceof StaleRead)) throw error
      if (round === mostDecisions) throw new BillfoldError('storage.refused', { cause: error })
      await pause(round)
    }
  }
}

/** A short wait of random length, at most 64 ms, so that those who clashed do not clash again. */
export function pause(round: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** Math.min(round, 6)))
}
