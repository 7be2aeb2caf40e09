import type { Connection } from '@billfold/core/client'
import type { PageSettings, Texts } from './settings.ts'

/** The context of all screens. */
export interface Visit {
  readonly settings: PageSettings
  readonly texts: Texts
  readonly connection: Connection
}
