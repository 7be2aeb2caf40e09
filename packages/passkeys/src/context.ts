import type { Actor, Services } from '@billfold/core/modules'
import type { PasskeySettings } from './options.ts'

/** What the functions of this module work with. */
export interface PasskeyContext {
  readonly services: Services
  readonly settings: PasskeySettings
  readonly actor: Actor
}
