import { z } from 'zod'
import { didDocumentMediaType, resolveDid } from '../registries/documents/resolve.ts'
import { type ErrorCode, isBillfoldError } from '../../kernel/errors.ts'
import { type Reply, type Route, route } from '../../http/index.ts'
import type { DidsContext } from './context.ts'

/** The media type of a resolution result (DID Resolution, section "HTTP(S) Binding"). */
const resolutionType = 'application/ld+json;profile="https://w3id.org/did-resolution"'

const resolution = z.object({
  didDocument: z.unknown(),
  didResolutionMetadata: z.object({ contentType: z.string().optional(), error: z.string().optional() }),
  didDocumentMetadata: z.object({
    deactivated: z.boolean().optional(),
    versionId: z.string().optional(),
    updated: z.string().optional(),
  }),
})

/**
 * Resolves a DID at the path of the universal resolver: the resolution result or, if the client accepts that type, only
 * the document.
 */
export function resolveDidRoute({ services, settings, resolverGuard }: DidsContext): Route {
  return route({
    id: 'resolveDid',
    method: 'GET',
    path: '/1.0/identifiers/:did',
    summary: 'Resolve a DID to its document',
    guard: resolverGuard,
    limits: [{ by: 'ip', limit: 600, windowSeconds: 60 }],
    params: z.object({ did: z.string() }),
    replies: {
      200: {
        description: 'The resolution result; with `Accept: application/did+ld+json`, the document',
        schema: resolution,
      },
      400: { description: 'Invalid DID or unsupported method (invalidDid)' },
      404: { description: 'Unknown network (notFound)' },
      410: { description: 'The DID is deactivated', schema: resolution },
    },
    handler: async ({ params }, { caller, headers }) => {
      try {
        const result = await resolveDid(services, settings.registries, caller.tenant, params.did)
        const status = result.didDocumentMetadata.deactivated === true ? 410 : 200
        const accepted = headers['accept']
        return typeof accepted === 'string' && accepted.includes(didDocumentMediaType)
          ? { status, headers: { 'content-type': didDocumentMediaType }, body: result.didDocument }
          : { status, headers: { 'content-type': resolutionType }, body: result }
      } catch (error) {
        for (const [code, status, name] of resolutionErrors)
          if (isBillfoldError(error, code)) return errorReply(status, name)
        throw error
      }
    },
  })
}

const resolutionErrors: readonly (readonly [ErrorCode, number, string])[] = [
  ['did.invalid', 400, 'invalidDid'],
  ['did.unknown-network', 404, 'notFound'],
]

function errorReply(status: number, error: string): Reply {
  return {
    status,
    headers: { 'content-type': resolutionType },
    body: { didDocument: null, didResolutionMetadata: { error }, didDocumentMetadata: {} },
  }
}
