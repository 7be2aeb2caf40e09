import { createHash } from 'node:crypto'
import type { Services } from '../services.ts'
import type { RowOf } from '../storage/index.ts'
import type { PlannedChange } from './planned-change.ts'
import { configurationSteps, configurations } from './tables.ts'

/** A configuration as it is kept. */
export type ConfigurationRow = RowOf<typeof configurations>

/** A step as it is kept. */
export type StepRow = RowOf<typeof configurationSteps>

/** The states of a configuration that can go on. */
export const unfinished: readonly string[] = ['running', 'stopped']

/** The configuration with an id. */
export async function findConfiguration(services: Services, id: string | null): Promise<ConfigurationRow | undefined> {
  if (id === null) return undefined
  const [row] = await services.storage.find(configurations, { where: { id }, limit: 1 })
  return row
}

/** The steps of a configuration, in order. */
export function stepsOf(services: Services, configurationId: string): Promise<StepRow[]> {
  return services.storage.find(configurationSteps, { where: { configurationId }, orderBy: [['position', 'asc']] })
}

/** What tells whether two requests ask for the same. */
export function contentHash(changes: readonly PlannedChange[], apiUrl: string | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([changes, apiUrl ?? null]))
    .digest('base64url')
}
