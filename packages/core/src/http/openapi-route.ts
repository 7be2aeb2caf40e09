import type { Api } from './api.ts'
import { type OpenApiOptions, openApiDocument } from './openapi.ts'
import type { Guard } from './guard.ts'
import { type Route, route } from './route.ts'

/** A guard without authentication. */
const unguarded: Guard = {
  name: 'unguarded',
  security: [],
  schemes: {},
  admit: async () => ({ kind: 'anonymous', tenant: '', id: 'anonymous', scopes: new Set() }),
}

/**
 * Creates a public route that serves the OpenAPI document of an API, with the mount path as server. The document is created
 * once, on first request.
 *
 * @param api the API that the document describes
 * @param options the options of the document, and the path of the route (`/openapi.json` by default)
 */
export function openApiRoute(api: Api, options: OpenApiOptions & { readonly path?: string } = {}): Route {
  let document: ReturnType<typeof openApiDocument> | undefined
  return route({
    id: 'openApiDocument',
    method: 'GET',
    path: options.path ?? '/openapi.json',
    summary: 'This document',
    guard: unguarded,
    replies: { 200: { description: 'The OpenAPI document' } },
    handler: async (_input, { mount }) => {
      document ??= openApiDocument(api, options)
      const servers = [{ url: options.serverUrl ?? (mount === '' ? '/' : mount) }]
      return { status: 200, body: { ...document, servers } }
    },
  })
}
