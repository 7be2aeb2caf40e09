import type { CustodyServices } from '../../custody/services.ts'
import { bumpOwnerVersion } from '../../identity/signing-methods/owner.ts'
import type { MasterSecret } from '../../platform/master-secret.ts'
import { type AuthorizedMethod, loadMasterSecret } from '../../identity/signing-methods/authorized-method.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Write } from '../../kernel/storage/index.ts'

/** Authorizes with a signing method of a user, which the request must present. */
export type AuthorizeUser = (userId: string) => Promise<AuthorizedMethod>

/** For callers without a signing method. @throws BillfoldError `signing-method.required` */
export const noSigningMethod: AuthorizeUser = () => Promise.reject(new BillfoldError('signing-method.required'))

/**
 * The master secret that seals an owner's rows (undefined: the keyring), and the writes to commit with every newly
 * sealed row.
 */
export interface SealingScope {
  readonly secret: MasterSecret | undefined
  readonly writes: readonly Write[]
}

/**
 * Loads the master secret of a user with an authorized method; rows of the service are sealed by the keyring and need
 * none. Call it within `retryOnConflict`.
 *
 * @throws BillfoldError `signing-method.required`, `signing-method.invalid`; StaleReadError
 */
export async function getSealingScope(
  services: CustodyServices,
  userId: string | null,
  method: AuthorizedMethod | undefined,
): Promise<SealingScope> {
  if (userId === null) return { secret: undefined, writes: [] }
  if (method === undefined) throw new BillfoldError('signing-method.required')
  if (method.row.ownerId !== userId) throw new BillfoldError('signing-method.invalid')
  const { secret, version } = await loadMasterSecret(services, method)
  return { secret, writes: [bumpOwnerVersion(userId, version)] }
}
