import type { Guard } from '../../http/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'

/** Restricts a guard to callers with a scope, or with all scopes (`*`). */
export function requireScope(guard: Guard, scope: string): Guard {
  return {
    ...guard,
    name: `${guard.name}, with the scope ${scope}`,
    admit: async (request) => {
      const caller = await guard.admit(request)
      if (!caller.scopes.has(scope) && !caller.scopes.has('*')) throw new BillfoldError('caller.forbidden')
      return caller
    },
  }
}

/** Admits anonymous callers; presented credentials must be valid and identify the caller. */
export function allowAnonymous(anonymous: Guard, authenticated: Guard): Guard {
  return {
    name: `anonymous, or ${authenticated.name}`,
    security: [{}, ...authenticated.security],
    schemes: authenticated.schemes,
    admit: (request) => (request.headers['authorization'] === undefined ? anonymous : authenticated).admit(request),
  }
}
