import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { isCommitError, update } from '../storage/index.ts'
import { checkAlias } from './alias.ts'
import { commitNaming } from './new-identity.ts'
import { findIdentity } from './find.ts'
import type { IdentityRow } from './seal-key.ts'
import { identities } from './tables.ts'

/**
 * Changes the alias of a DID wallet.
 *
 * @throws BillfoldError `did-wallet.not-found`, `did-wallet.alias-taken`, `did-wallet.alias-invalid`
 */
export async function renameIdentity(
  services: Services,
  actor: Actor,
  did: string,
  alias: string,
): Promise<IdentityRow> {
  const row = await findIdentity(services, actor.tenant, did)
  checkAlias(alias, row.did)
  try {
    await commitNaming(services, [
      update(identities, { where: { id: row.id, state: 'live' }, set: { alias } }),
      auditRecord(actor, 'identity.renamed', row.id, services.now()),
    ])
  } catch (error) {
    if (isBillfoldError(error) || !isCommitError(error)) throw error
    throw new BillfoldError('identity.unknown', { cause: error })
  }
  return { ...row, alias }
}
