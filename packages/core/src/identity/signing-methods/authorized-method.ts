import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import {
  batch,
  check,
  isCommitError,
  type RowOf,
  StaleReadError,
  type Storage,
  type Write,
} from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import type { MasterSecret } from '../../platform/master-secret.ts'
import { assertMethodTag, openMasterSecret, type SigningMethodRow } from './sealing.ts'
import { masterSecrets, signingMethods } from './tables.ts'

/** A row of the master secrets table: the owner of signing methods. */
export type MethodOwnerRow = RowOf<typeof masterSecrets>

/**
 * A signing method that was authorized with its value, and everything that was read for it. Valid only as long as the
 * version of the row is unchanged, which {@link commitAuthorized} checks.
 */
export interface AuthorizedMethod {
  /** The method in the generation of its owner. */
  readonly row: SigningMethodRow
  readonly privateKey: Uint8Array
  /** State that the first operation under the authorization consumes. */
  readonly unused: {
    /** The owner as read with the method; undefined once used, since a later operation must read it again. */
    owner: MethodOwnerRow | undefined
    /** The writes that reset the attempt counter; empty once committed. */
    counterReset: readonly Write[]
    /** The one write that does so, and checks the method, if no newer attempt was counted; undefined once tried. */
    newestAttemptReset: Write | undefined
  }
}

/** Returns true until the master secret was loaded once: until then, the rows that the request has read are used. */
export function isFirstUse({ unused }: AuthorizedMethod): boolean {
  return unused.owner !== undefined
}

/** Precondition: the method that authorizes a commit was neither replaced nor removed. */
export function methodUnchanged({ row: { id, version } }: AuthorizedMethod): Write {
  return check(signingMethods, { where: { id, version } })
}

/**
 * Commits the writes of an operation that a signing method authorizes, together with the reset of its attempt counter. Fails
 * if the method was replaced or removed. Use it within `retryOnConflict`.
 * @throws CommitError
 */
export function commitAuthorized(
  services: { readonly storage: Storage },
  authorizedBy: AuthorizedMethod,
  ...writes: readonly Write[]
): Promise<void> {
  return commitSettling(services, authorizedBy, [methodUnchanged(authorizedBy)], writes)
}

/** Resets the attempt counter in a commit of its own, unless the commit of an operation has done so. */
export async function settleAttempt(
  services: { readonly storage: Storage },
  authorizedBy: AuthorizedMethod,
): Promise<void> {
  if (authorizedBy.unused.counterReset.length > 0) await commitSettling(services, authorizedBy, [], [])
}

/**
 * The counter is reset at most once: after a commit with an unknown outcome the attempt stays counted, since a second reset
 * could refund the attempt of somebody else.
 */
async function commitSettling(
  { storage }: { readonly storage: Storage },
  { unused }: AuthorizedMethod,
  preconditions: readonly Write[],
  writes: readonly Write[],
): Promise<void> {
  const { counterReset, newestAttemptReset } = unused
  unused.counterReset = []
  unused.newestAttemptReset = undefined
  try {
    if (newestAttemptReset !== undefined && (await tryCommitWith(storage, newestAttemptReset, writes))) return
    await storage.commit(batch(...preconditions, ...writes, ...counterReset))
  } catch (error) {
    if (isCommitError(error)) unused.counterReset = counterReset
    throw error
  }
}

/**
 * Commits the writes with the reset that only the newest attempt can make. It is one write to the method instead of three, so that a
 * database can take the batch as one statement. Returns false, with nothing applied, if its condition fails, or if the writes
 * concern methods themselves: their order matters then.
 */
async function tryCommitWith(storage: Storage, reset: Write, writes: readonly Write[]): Promise<boolean> {
  if (writes.some(({ table }) => table.name === reset.table.name)) return false
  try {
    await storage.commit(batch(reset, ...writes))
    return true
  } catch (error) {
    if (isCommitError(error) && error.reason === 'condition-failed' && error.index === 0) return false
    throw error
  }
}

/**
 * Opens the current master secret with an authorized method. The first call uses the rows that were read for the
 * authorization, later ones read them again, so call it within `retryOnConflict`, once per attempt.
 * @returns the secret, and the version of its owner
 * @throws BillfoldError `signing-method.invalid` if the method was replaced or removed since; StaleReadError
 */
export async function loadMasterSecret(
  services: Services,
  authorizedBy: AuthorizedMethod,
): Promise<{ readonly secret: MasterSecret; readonly version: number }> {
  const { owner: unusedOwner } = authorizedBy.unused
  authorizedBy.unused.owner = undefined
  const { row, owner } =
    unusedOwner === undefined ? await readAgain(services, authorizedBy) : { row: authorizedBy.row, owner: unusedOwner }
  try {
    const secret = openMasterSecret(row, authorizedBy.privateKey)
    await assertMethodTag(services.keyring, row, secret)
    return { secret, version: owner.version }
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid')) throw new BillfoldError('signing-method.invalid', { cause: error })
    throw error
  }
}

async function readAgain(
  services: Services,
  { row: { id, ownerId, version } }: AuthorizedMethod,
): Promise<{ readonly row: SigningMethodRow; readonly owner: MethodOwnerRow }> {
  const [owner] = await services.storage.find(masterSecrets, { where: { ownerId }, limit: 1 })
  const [row] = await services.storage.find(signingMethods, { where: { id, version }, limit: 1 })
  if (owner === undefined || owner.closedAt !== null || row === undefined)
    throw new BillfoldError('signing-method.invalid')
  if (owner.generation !== row.generation) throw new StaleReadError()
  return { row, owner }
}
