import { BillfoldError, isBillfoldError } from '../../errors.ts'
import { assertControls } from '../../identities/did-auth/controls.ts'
import type { DidAuthority } from '../../identities/did-auth/verify.ts'
import type { Dids } from './dids.ts'

/**
 * Lists the DIDs that the sender of a token controls.
 *
 * @throws BillfoldError `did-auth.forbidden` if it controls none of them; `transaction.chain-unavailable`
 */
export async function controlledOf(
  { services, settings }: Dids,
  tenant: string,
  controller: DidAuthority,
  dids: readonly string[],
): Promise<ReadonlySet<string>> {
  const controlled = new Set<string>()
  for (const did of new Set(dids)) {
    try {
      await assertControls(services, settings, tenant, controller, did)
      controlled.add(did)
    } catch (error) {
      if (!isBillfoldError(error) || !notControlled.has(error.code)) throw error
    }
  }
  if (controlled.size === 0) throw new BillfoldError('did-auth.forbidden')
  return controlled
}

const notControlled: ReadonlySet<string> = new Set(['did-auth.forbidden', 'did.invalid', 'did.unknown-network'])
