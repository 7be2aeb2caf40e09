import { createHash } from 'node:crypto'
import type { Services } from '../services.ts'
import type { RowOf } from '../storage/index.ts'
import type { PlannedChange } from './planned-change.ts'
import { configurationSteps, configurations } from './tables.ts'

/** The stored row of a DID update. */
export type ConfigurationRow = RowOf<typeof configurations>

/** The stored row of a step. */
export type StepRow = RowOf<typeof configurationSteps>

/** The states in which a DID update can be resumed. */
export const unfinished: readonly string[] = ['running', 'stopped']

/** Finds a DID update by its id. */
export async function findConfiguration(services: Services, id: string | null): Promise<ConfigurationRow | undefined> {
  if (id === null) return undefined
  const [row] = await services.storage.find(configurations, { where: { id }, limit: 1 })
  return row
}

/** Lists the steps of a DID update in order. */
export function stepsOf(services: Services, configurationId: string): Promise<StepRow[]> {
  return services.storage.find(configurationSteps, { where: { configurationId }, orderBy: [['position', 'asc']] })
}

/** Computes a fingerprint of the requested changes; equal fingerprints mean equal requests. */
export function contentHash(changes: readonly PlannedChange[], apiUrl: string | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([changes, apiUrl ?? null]))
    .digest('base64url')
}
