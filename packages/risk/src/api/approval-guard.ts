import type { Guard } from '@billfold/core/http'
import { serviceGuard, type Services, userGuard } from '@billfold/core/modules'

/** Basic authentication, or a JWT, which has two dots. API keys of users have neither. */
const serviceCredential = /^(?:basic +\S+|bearer +[\w-]+\.[\w-]+\.[\w-]+)$/i

/**
 * Creates the guard of the routes for approvals: a service key with the scope `risk:approvals`, on behalf of a user, or the API key of
 * the user.
 */
export function approvalGuard(services: Services, tenant: string): Guard {
  const service = serviceGuard(services, 'risk:approvals', 'risk')
  const user = userGuard(services, tenant)
  return {
    name: `${service.name}, or ${user.name}`,
    security: [...service.security, ...user.security],
    schemes: { ...service.schemes, ...user.schemes },
    admit: (request) => {
      const { authorization } = request.headers
      const isService = typeof authorization === 'string' && serviceCredential.test(authorization)
      return (isService ? service : user).admit(request)
    },
  }
}
