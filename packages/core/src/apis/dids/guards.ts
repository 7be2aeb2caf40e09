import type { Guard } from '../../http/index.ts'
import { BillfoldError } from '../../errors.ts'

/** The same callers, but only those who have a scope, or all. */
export function withScope(guard: Guard, scope: string): Guard {
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

/** Anybody; but who brings credentials must bring good ones, and is who they say. */
export function openToAll(open: Guard, known: Guard): Guard {
  return {
    name: `anybody, or ${known.name}`,
    security: [{}, ...known.security],
    schemes: known.schemes,
    admit: (request) => (request.headers['authorization'] === undefined ? open : known).admit(request),
  }
}
