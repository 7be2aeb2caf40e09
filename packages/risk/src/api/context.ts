import type { ModuleContext } from '@billfold/core/modules'
import type { RiskSettings } from '../options.ts'
import type { PolicyEngine } from '../policies/authorize.ts'

/** What the routes need. */
export interface RiskApiContext extends ModuleContext {
  readonly settings: RiskSettings
  readonly engine: PolicyEngine
}
