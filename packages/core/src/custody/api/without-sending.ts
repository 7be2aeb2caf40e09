import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'

/** The documented reply of a query for which no node responds. */
export const nodeUnavailable = { description: 'No node of the chain is available' }

/**
 * Runs a query of a chain. The message of its error must not say that nothing was sent, as that of a transaction does: it may
 * be about a transaction that was.
 */
export async function withoutSending<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query()
  } catch (error) {
    if (!isBillfoldError(error, 'transaction.chain-unavailable')) throw error
    throw new BillfoldError(error.code, { message: nodeUnavailable.description, cause: error })
  }
}
