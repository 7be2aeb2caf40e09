import { BillfoldError } from '@billfold/core'
import type { Guard } from '@billfold/core/http'
import { serviceGuard } from '@billfold/core/modules'
import type { IssuerContext } from '../settings.ts'

/** Admits service keys with the scope `issuer` of the issuer's tenant. */
export function issuerKeyGuard({ services, tenant }: IssuerContext): Guard {
  const guard = serviceGuard(services, 'issuer')
  return {
    ...guard,
    admit: async (request) => {
      const caller = await guard.admit(request)
      if (caller.tenant !== tenant) throw new BillfoldError('caller.forbidden')
      return caller
    },
  }
}
