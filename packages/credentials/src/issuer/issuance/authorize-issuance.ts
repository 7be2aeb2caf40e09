import { isBillfoldError } from '@billfold/core'
import { type Actor, authorizeAct, type Services } from '@billfold/core/modules'
import type { Write } from '@billfold/core/storage'
import type { GrantRow } from '../tables.ts'
import type { CredentialConfiguration } from '../types/credential-type.ts'
import { wireError } from '../wire-errors.ts'

/** The decisions that are no permission. A wallet cannot confirm anything here, so each of them is a denial to it. */
const refusals = ['act.denied', 'act.step-up-required', 'act.approval-required'] as const

/**
 * Asks the modules whether credentials may be issued. An approval that a rule asks for is good for this grant, type and number.
 * @returns the writes to commit with the issuance
 * @throws BillfoldError `issuance.credential-request-denied`
 */
export async function authorizeIssuance(
  services: Services,
  actor: Actor,
  { id, userId }: Pick<GrantRow, 'id' | 'userId'>,
  { type, format }: Pick<CredentialConfiguration, 'type' | 'format'>,
  count: number,
): Promise<readonly Write[]> {
  try {
    return await authorizeAct(services, () => ({
      kind: 'credential-issue',
      actor,
      userId,
      content: [id, type.id, format, count].join(' '),
    }))
  } catch (error) {
    if (refusals.some((code) => isBillfoldError(error, code))) throw wireError('issuance.credential-request-denied')
    throw error
  }
}
