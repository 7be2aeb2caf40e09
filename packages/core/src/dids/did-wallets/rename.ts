import type { CustodyServices } from '../../custody/services.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { isCommitError, update } from '../../kernel/storage/index.ts'
import { assertValidAlias } from './alias.ts'
import { commitOrAliasTaken } from './new-did-wallet.ts'
import { getDidWallet } from './find.ts'
import type { DidWalletRow } from './seal-key.ts'
import { didWallets } from './tables.ts'

/**
 * Changes the alias of a DID wallet.
 *
 * @throws BillfoldError `did-wallet.not-found`, `did-wallet.alias-taken`, `did-wallet.alias-invalid`
 */
export async function renameDidWallet(
  services: CustodyServices,
  actor: Actor,
  did: string,
  alias: string,
): Promise<DidWalletRow> {
  const row = await getDidWallet(services, actor.tenant, did)
  assertValidAlias(alias, row.did)
  try {
    await commitOrAliasTaken(services, [
      update(didWallets, { where: { id: row.id, state: 'live' }, set: { alias } }),
      auditWrite(actor, 'did-wallet.renamed', row.id, services.now()),
    ])
  } catch (error) {
    if (isBillfoldError(error) || !isCommitError(error)) throw error
    throw new BillfoldError('did-wallet.not-found', { cause: error })
  }
  return { ...row, alias }
}
