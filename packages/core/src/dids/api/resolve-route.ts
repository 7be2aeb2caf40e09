import { z } from 'zod'
import { type DidResolution, resolveDid, type ResolveDidOptions } from '../registries/documents/resolve.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { type Reply, type Route, route } from '../../http/index.ts'
import type { DidsContext } from './context.ts'
import { negotiateRepresentation, type Representation, resultMediaType } from './resolution-media-types.ts'
import { findResolutionError, resolutionErrors, type ResolutionErrorName } from './resolution-errors.ts'

const problem = z.object({ type: z.string(), title: z.string(), detail: z.string().optional() })

const resolution = z.object({
  didDocument: z.unknown(),
  didResolutionMetadata: z.object({ contentType: z.string().optional(), error: problem.optional() }),
  didDocumentMetadata: z.object({
    deactivated: z.boolean().optional(),
    versionId: z.string().optional(),
    updated: z.string().optional(),
    nextVersionId: z.string().optional(),
    nextUpdate: z.string().optional(),
    canonicalId: z.string().optional(),
  }),
})

const option = z.string().max(64).optional()

/**
 * Resolves a DID by the HTTP(S) binding of W3C DID Resolution, at the path of the universal resolver: the resolution result or, if
 * the client prefers one of its media types, only the document.
 */
export function resolveDidRoute(dids: DidsContext): Route {
  return route({
    id: 'resolveDid',
    method: 'GET',
    path: '/1.0/identifiers/:did',
    summary: 'Resolve a DID to its document, now or as of a version',
    guard: dids.resolverGuard,
    limits: [{ by: 'ip', limit: 600, windowSeconds: 60 }],
    params: z.object({ did: z.string() }),
    query: z.object({
      versionId: option.describe('A block number; in the embedded registry the number of a change'),
      versionTime: option.describe('A time, as 2026-01-31T12:00:00Z'),
    }),
    replies: {
      200: {
        description:
          'The resolution result; with `Accept: application/did+ld+json` or `application/did+json`, only the document',
        schema: resolution,
      },
      400: { description: 'Invalid DID (INVALID_DID) or version (INVALID_OPTIONS)', schema: resolution },
      404: { description: 'Unknown network or version (NOT_FOUND)', schema: resolution },
      406: { description: 'No media type that the client accepts (REPRESENTATION_NOT_SUPPORTED)', schema: resolution },
      410: { description: 'The DID is deactivated', schema: resolution },
      501: { description: 'Another DID method (METHOD_NOT_SUPPORTED)', schema: resolution },
    },
    handler: async ({ params, query }, { caller, headers }) => {
      const representation = negotiateRepresentation(headers['accept'])
      if (representation === undefined) return errorReply('REPRESENTATION_NOT_SUPPORTED')
      try {
        const { services, settings, documentFormat: format } = dids
        const options = { ...parseVersion(query), format }
        const result = await resolveDid(services, settings.registries, caller.tenant, params.did, options)
        return toReply(result, representation)
      } catch (error) {
        const name = findResolutionError(error)
        if (name === undefined) throw error
        return errorReply(name, isBillfoldError(error) ? error.message : undefined)
      }
    },
  })
}

/** Parses the version that is asked for. What cannot be understood is refused, never answered with today's keys. */
function parseVersion({
  versionId,
  versionTime,
}: {
  versionId?: string | undefined
  versionTime?: string | undefined
}) {
  if (versionId !== undefined && versionTime !== undefined)
    throw invalidOption('versionId and versionTime exclude each other')
  if (versionId !== undefined && !/^[0-9]{1,15}$/.test(versionId)) throw invalidOption('versionId is not a number')
  const options: ResolveDidOptions = {
    versionId: versionId === undefined ? undefined : Number(versionId),
    versionTime: versionTime === undefined ? undefined : parseTime(versionTime),
  }
  return options
}

/** An XML dateTime in UTC (W3C DID Core 1.0 section 3.2.1), or seconds since 1970, which existing resolvers take too. */
function parseTime(text: string): number {
  if (/^[0-9]{1,12}$/.test(text)) return Number(text)
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw invalidOption('versionTime is not a time like 2026-01-31T12:00:00Z')
  return Math.floor(time / 1000)
}

function invalidOption(message: string): BillfoldError {
  return new BillfoldError('input.invalid', { message, issues: [{ path: 'versionId', message }] })
}

function toReply(result: DidResolution, { kind, mediaType }: Representation): Reply {
  const status = result.didDocumentMetadata.deactivated === true ? 410 : 200
  const headers = { 'content-type': mediaType, vary: 'Accept' }
  if (kind === 'result') return { status, headers, body: result }
  const { '@context': context, ...document } = result.didDocument
  return { status, headers, body: kind === 'JSON' ? document : { '@context': context, ...document } }
}

function errorReply(name: ResolutionErrorName, detail?: string): Reply {
  const { status, title } = resolutionErrors[name]
  const error = { type: `https://www.w3.org/ns/did#${name}`, title, ...(detail !== undefined && { detail }) }
  return {
    status,
    headers: { 'content-type': resultMediaType, vary: 'Accept' },
    body: { didDocument: null, didResolutionMetadata: { error }, didDocumentMetadata: {} },
  }
}
