import type { CustodyServices } from '../../custody/services.ts'
import { createHash } from 'node:crypto'
import type { RowOf } from '../../kernel/storage/index.ts'
import type { PlannedChange } from './planned-change.ts'
import { didUpdateSteps, didUpdates } from './tables.ts'

/** The stored row of a DID update. */
export type DidUpdateRow = RowOf<typeof didUpdates>

/** The stored row of a step. */
export type DidUpdateStepRow = RowOf<typeof didUpdateSteps>

/** The states in which a DID update can be resumed. */
export const unfinishedUpdateStates: readonly string[] = ['running', 'stopped']

/** Finds a DID update by its id. */
export async function findDidUpdate(services: CustodyServices, id: string | null): Promise<DidUpdateRow | undefined> {
  if (id === null) return undefined
  const [row] = await services.storage.find(didUpdates, { where: { id }, limit: 1 })
  return row
}

/** Lists the steps of a DID update in order. */
export function listUpdateSteps(services: CustodyServices, updateId: string): Promise<DidUpdateStepRow[]> {
  return services.storage.find(didUpdateSteps, { where: { updateId }, orderBy: [['position', 'asc']] })
}

/** Computes a fingerprint of the requested changes; equal fingerprints mean equal requests. */
export function computeUpdateFingerprint(changes: readonly PlannedChange[], apiUrl: string | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([changes, apiUrl ?? null]))
    .digest('base64url')
}
