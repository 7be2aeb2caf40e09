import { BillfoldError } from '@billfold/core'
import { type Guard, type Route, route } from '@billfold/core/http'
import { type Application, actorFromRequest, getApplication } from '@billfold/core/modules'
import { z } from 'zod'
import { issuerError } from '../issuer-error.ts'
import { createOffer } from '../offers/create-offer.ts'
import type { IssuerContext } from '../settings.ts'
import type { AnyCredentialType } from '../types/credential-type.ts'

/**
 * The route of the onboarding API by which an applicant gets an approved application as a credential. The transaction code goes through
 * the notifier, if the host has one: the offer alone is then not enough.
 */
export function applicationRoutes(context: IssuerContext, wallet: Guard): readonly Route[] {
  const { services, tenant } = context
  return [
    route({
      id: 'offerApplicationCredential',
      method: 'POST',
      path: '/applications/:applicationId/credential-offer',
      summary: 'Offer the credential of the own approved application; an earlier open offer for it ends',
      guard: wallet,
      idempotency: 'custom',
      limits: [{ by: 'caller', limit: 20, windowSeconds: 3600 }],
      params: z.object({ applicationId: z.string().max(64) }),
      replies: {
        201: {
          description: 'The offer',
          schema: z.object({ uri: z.string(), haipUri: z.string(), expiresAt: z.string() }),
        },
        404: { description: 'Application not found, or its template has no credential' },
        409: { description: 'The application is not approved' },
      },
      handler: async ({ params }, request) => {
        if (request.caller.tenant !== tenant) throw new BillfoldError('application.not-found')
        const filter = { tenant, owner: request.caller.id }
        const application = await getApplication(services, filter, params.applicationId)
        const type = findType(context, application)
        const { uri, haipUri, expiresAt } = await createOffer(context, actorFromRequest(request), type, {
          subject: { applicationId: application.id },
          ...(services.notifier !== undefined && { txCode: { delivery: 'notifier' } }),
        })
        return { status: 201, body: { uri, haipUri, expiresAt: new Date(expiresAt).toISOString() } }
      },
    }),
  ]
}

function findType({ settings }: IssuerContext, { templateId }: Application): AnyCredentialType {
  const types = [...settings.types.values()]
  const found = types.find(({ from }) => from?.kind === 'application' && from.templateId === String(templateId))
  if (found === undefined) throw issuerError('credential-type.not-found')
  return found
}
