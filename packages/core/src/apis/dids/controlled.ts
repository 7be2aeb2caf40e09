import { BillfoldError, isBillfoldError } from '../../errors.ts'
import { assertControls } from '../../identities/did-auth/controls.ts'
import type { DidAuthority } from '../../identities/did-auth/verify.ts'
import type { Dids } from './dids.ts'

/**
 * Which of some DIDs a token controls.
 * @throws BillfoldError `did-auth.forbidden` when it is none of them; `transaction.chain-unavailable`
 */
export async function controlledOf(
  { services, settings }: Dids,
  tenant: string,
  authority: DidAuthority,
  dids: readonly string[],
): Promise<ReadonlySet<string>> {
  const controlled = new Set<string>()
  for (const did of new Set(dids)) {
    try {
      await assertControls(services, settings, tenant, authority, did)
      controlled.add(did)
    } catch (error) {
      if (!isBillfoldError(error) || !refusals.has(error.code)) throw error
    }
  }
  if (controlled.size === 0) throw new BillfoldError('did-auth.forbidden')
  return controlled
}

const refusals: ReadonlySet<string> = new Set(['did-auth.forbidden', 'did.invalid', 'did.unknown-network'])
