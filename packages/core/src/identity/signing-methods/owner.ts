import { insert, remove, retryOnConflict, update, type Write } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import type { MasterSecret } from '../../platform/master-secret.ts'
import { faceChecks } from './face-check-table.ts'
import { masterSecrets, signingMethods } from './tables.ts'

/**
 * Increments the version of an owner, for a commit that adds a signing method or a row sealed under the master secret. Fails
 * if anything was added or replaced since `version`. This keeps the secret current and the limits per owner exact, and makes
 * a concurrent rotation read the rows again.
 */
export function bumpOwnerVersion(ownerId: string, version: number): Write {
  return update(masterSecrets, { where: { ownerId, version, closedAt: null }, add: { version: 1 } })
}

/** Increments version and generation of an owner, for a commit that rotates the master secret. */
export function bumpOwnerGeneration(ownerId: string, version: number, old: MasterSecret): Write {
  const where = { ownerId, version, generation: old.generation, closedAt: null }
  return update(masterSecrets, { where, add: { version: 1, generation: 1 } })
}

/** Inserts a closed owner, for a commit that archives an owner without a signing method. No method can be added afterwards. */
export function insertClosedOwner(tenant: string, ownerId: string, closedAt: number): Write {
  return insert(masterSecrets, { ownerId, tenant, version: 1, generation: 1, createdAt: closedAt, closedAt })
}

/**
 * Closes an owner, for a commit that archives it. No signing method of the owner authorizes anything afterwards; their
 * versions change, so that what was authorized before is not given out again either.
 */
export function closeOwnerWrites(ownerId: string, closedAt: number): readonly Write[] {
  return [
    update(masterSecrets, { where: { ownerId }, set: { closedAt }, add: { version: 1 }, expectedRows: 'any' }),
    update(signingMethods, { where: { ownerId }, add: { version: 1 }, expectedRows: 'any' }),
  ]
}

/** Deletes the signing methods of an owner and its face checks, for a commit that erases it. */
export function eraseMethodsWrites(tenant: string, ownerId: string): readonly Write[] {
  const where = { tenant, ownerId }
  return [remove(signingMethods, { where, expectedRows: 'any' }), remove(faceChecks, { where, expectedRows: 'any' })]
}

/**
 * Runs a read-decide-commit operation on an owner with optimistic retries, while holding the owner's mutex. The mutex avoids
 * conflicts within this process; conflicts with other processes are retried.
 * @throws BillfoldError `storage.conflict`, `server.busy`, and the errors of the operation
 */
export function withOwnerLock<T>(services: Services, ownerId: string, operation: () => Promise<T>): Promise<T> {
  return services.ownerMutex(ownerId, () => retryOnConflict(operation))
}
