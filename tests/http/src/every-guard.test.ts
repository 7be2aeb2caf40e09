import { createBillfold, isBillfoldError, localKeyring, memoryStorage, newKey } from '@billfold/core'
import type { Caller, IncomingRequest, Route } from '@billfold/core/http'
import { describe, expect, test } from 'vitest'

const billfold = createBillfold({
  storage: memoryStorage(),
  keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
})

/** A request that presents no credential. */
const request: IncomingRequest = {
  method: 'POST',
  path: '/',
  mount: '',
  params: {},
  query: '',
  headers: {},
  ip: '192.0.2.1',
  body: { kind: 'none' },
  signal: new AbortController().signal,
}

/** Returns the caller that a guard admits without a credential; undefined if it rejects the request. */
async function admitWithoutCredential({ guard }: Route): Promise<Caller | undefined> {
  try {
    if (guard.admitBody === undefined) return await guard.admit(request)
    return await guard.admitBody(request, {}, await guard.admit(request))
  } catch (error) {
    if (isBillfoldError(error) && error.status < 500) return undefined
    throw error
  }
}

describe.each(['authentication', 'onboarding', 'dids', 'custody', 'payments'] as const)(
  'a request without a credential to the %s API',
  (name) => {
    test.each(billfold[name].routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
      '%s is admitted exactly if the route table says that the route is public',
      async (_, route) => {
        const { security } = route.guard
        const isPublic = security.length === 0 || security.some((requirement) => Object.keys(requirement).length === 0)
        const caller = await admitWithoutCredential(route)
        expect(caller?.kind).toBe(isPublic ? 'anonymous' : undefined)
      },
    )
  },
)
