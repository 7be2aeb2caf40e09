import { ownerMoves } from '../credentials/owner-writes.ts'
import type { MasterSecret } from '../credentials/sealing.ts'
import { currentSecret, type OpenedMethod } from '../credentials/unlock.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Write } from '../storage/index.ts'

/** Opens a signing method of a user, which the request must have brought. */
export type Authorise = (userId: string) => Promise<OpenedMethod>

/** For callers that bring no signing method. @throws BillfoldError `signing-method.required` */
export const unauthorised: Authorise = () => Promise.reject(new BillfoldError('signing-method.required'))

/** The master secret that seals what somebody holds, and the writes that go with every row newly sealed under it. */
export interface Holding {
  readonly secret: MasterSecret | undefined
  readonly writes: readonly Write[]
}

/**
 * What seals a user's rows, through a method that was opened; what the service holds is sealed by the keyring and needs
 * none. Belongs in a `decide`.
 * @throws BillfoldError `signing-method.required`, `signing-method.invalid`; StaleRead
 */
export async function holdingOf(
  services: Services,
  userId: string | null,
  authority: OpenedMethod | undefined,
): Promise<Holding> {
  if (userId === null) return { secret: undefined, writes: [] }
  if (authority === undefined) throw new BillfoldError('signing-method.required')
  if (authority.row.ownerId !== userId) throw new BillfoldError('signing-method.invalid')
  const { secret, version } = await currentSecret(services, authority)
  return { secret, writes: [ownerMoves(userId, version)] }
}
