import { ownerMoves } from '../credentials/owner-writes.ts'
import type { MasterSecret } from '../credentials/sealing.ts'
import { currentSecret, type OpenedMethod } from '../credentials/unlock.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Write } from '../storage/index.ts'

/** Authorizes with a signing method of a user, which the request must present. */
export type Authorise = (userId: string) => Promise<OpenedMethod>

/** For callers without a signing method. @throws BillfoldError `signing-method.required` */
export const unauthorised: Authorise = () => Promise.reject(new BillfoldError('signing-method.required'))

/**
 * The master secret that seals an owner's rows (undefined: the keyring), and the writes to commit with every newly
 * sealed row.
 */
export interface Holding {
  readonly secret: MasterSecret | undefined
  readonly writes: readonly Write[]
}

/**
 * Loads the master secret of a user with an authorized method; rows of the service are sealed by the keyring and need
 * none. Call it within `retryOnConflict`.
 *
 * @throws BillfoldError `signing-method.required`, `signing-method.invalid`; StaleReadError
 */
export async function holdingOf(
  services: Services,
  userId: string | null,
  method: OpenedMethod | undefined,
): Promise<Holding> {
  if (userId === null) return { secret: undefined, writes: [] }
  if (method === undefined) throw new BillfoldError('signing-method.required')
  if (method.row.ownerId !== userId) throw new BillfoldError('signing-method.invalid')
  const { secret, version } = await currentSecret(services, method)
  return { secret, writes: [ownerMoves(userId, version)] }
}
