import type { Storage, Write } from '../../kernel/storage/index.ts'
import type { MasterSecret } from './sealing.ts'

/**
 * Returns the writes that re-encrypt an owner's rows of one kind under the next master secret, each conditional on the
 * generation that it replaces. Every kind of row that is sealed under master secrets registers one with the services.
 */
export type ReencryptOwnerRows = (
  storage: Storage,
  ownerId: string,
  old: MasterSecret,
  next: MasterSecret,
) => Promise<readonly Write[]>
