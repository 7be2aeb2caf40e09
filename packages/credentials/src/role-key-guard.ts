import { BillfoldError } from '@billfold/core'
import type { Guard } from '@billfold/core/http'
import { type ModuleContext, serviceGuard } from '@billfold/core/modules'
import type { credentialScopes } from './scopes.ts'

/** Admits service keys with the scope of a role, of the tenant in whose name the role acts. */
export function roleKeyGuard(
  { services, tenant }: Pick<ModuleContext, 'services' | 'tenant'>,
  scope: keyof typeof credentialScopes,
): Guard {
  const guard = serviceGuard(services, scope)
  return {
    ...guard,
    admit: async (request) => {
      const caller = await guard.admit(request)
      if (caller.tenant !== tenant) throw new BillfoldError('caller.forbidden')
      return caller
    },
  }
}
