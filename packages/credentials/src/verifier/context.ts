import type { ModuleContext } from '@billfold/core/modules'
import type { VerifierSettings } from './options.ts'
import type { StatusLists } from './responses/status-lists.ts'

/** What the functions of the verifier need. */
export interface VerifierContext extends ModuleContext {
  readonly settings: VerifierSettings
  readonly statusLists: StatusLists
}
