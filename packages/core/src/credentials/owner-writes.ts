import { insert, update, type Write } from '../storage/index.ts'
import type { MasterSecret } from './sealing.ts'
import { masterSecrets } from './tables.ts'

/**
 * For a commit that adds a method, or a row that is sealed under the master secret: nothing else was added or replaced since
 * `version`. So the secret is still this one, an owner has no more than one may have, and a rotation that has read the rows
 * already must read them again.
 */
export function ownerMoves(ownerId: string, version: number): Write {
  return update(masterSecrets, { where: { ownerId, version, closedAt: null }, add: { version: 1 } })
}

/** For a commit that replaces the master secret. */
export function ownerRotates(ownerId: string, version: number, old: MasterSecret): Write {
  const where = { ownerId, version, generation: old.generation, closedAt: null }
  return update(masterSecrets, { where, add: { version: 1, generation: 1 } })
}

/** For a commit that archives an owner who has no method, and from now on gets none. */
export function ownerNeverOpens(tenant: string, ownerId: string, closedAt: number): Write {
  return insert(masterSecrets, { ownerId, tenant, version: 1, generation: 1, createdAt: closedAt, closedAt })
}

/** For a commit that archives an owner: from then on no method of the owner opens anything. */
export function ownerCloses(ownerId: string, closedAt: number): Write {
  return update(masterSecrets, { where: { ownerId }, set: { closedAt }, add: { version: 1 }, hits: 'any' })
}
