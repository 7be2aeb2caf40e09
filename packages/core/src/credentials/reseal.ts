import type { Storage, Write } from '../storage/index.ts'
import type { MasterSecret } from './sealing.ts'

/**
 * The writes that seal an owner's rows of one kind anew under the next master secret, each guarded by the generation that
 * it replaces. Whatever is sealed under master secrets has one of these among the services.
 */
export type Reseal = (
  storage: Storage,
  ownerId: string,
  old: MasterSecret,
  next: MasterSecret,
) => Promise<readonly Write[]>
