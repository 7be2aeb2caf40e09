import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { assertControlsDid } from '../did-wallets/did-auth/assert-controls-did.ts'
import type { AuthenticatedDid } from '../did-wallets/did-auth/verify.ts'
import type { DidsContext } from './context.ts'

/**
 * Lists the DIDs that the sender of a token controls.
 *
 * @throws BillfoldError `did-auth.forbidden` if it controls none of them; `transaction.chain-unavailable`
 */
export async function listControlledDids(
  { services, settings }: DidsContext,
  tenant: string,
  controller: AuthenticatedDid,
  dids: readonly string[],
): Promise<ReadonlySet<string>> {
  const controlled = new Set<string>()
  for (const did of new Set(dids)) {
    try {
      await assertControlsDid(services, settings, tenant, controller, did)
      controlled.add(did)
    } catch (error) {
      if (!isBillfoldError(error) || !notControlled.has(error.code)) throw error
    }
  }
  if (controlled.size === 0) throw new BillfoldError('did-auth.forbidden')
  return controlled
}

const notControlled: ReadonlySet<string> = new Set(['did-auth.forbidden', 'did.invalid', 'did.unknown-network'])
