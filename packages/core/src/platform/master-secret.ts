import type { Storage, Write } from '../kernel/storage/index.ts'

/** The master secret of an owner in one generation. */
export interface MasterSecret {
  /** 32 bytes. */
  readonly bytes: Uint8Array
  readonly generation: number
}

/**
 * Returns the writes that re-encrypt an owner's rows of one kind under the next master secret, each conditional on the
 * generation that it replaces. Every kind of row that is sealed under master secrets has one in its module.
 */
export type ReencryptOwnerRows = (
  storage: Storage,
  ownerId: string,
  old: MasterSecret,
  next: MasterSecret,
) => Promise<readonly Write[]>
