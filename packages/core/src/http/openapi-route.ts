import type { Api } from './api.ts'
import { type OpenApiOptions, openApiDocument } from './openapi.ts'
import { type Guard, type Route, route } from './route.ts'

/** Lets everybody in. */
const unguarded: Guard = {
  name: 'unguarded',
  security: [],
  schemes: {},
  admit: async () => ({ kind: 'anonymous', tenant: '', id: 'anonymous', scopes: new Set() }),
}

/**
 * A route, open to everybody, that serves the OpenAPI document of an API, with the place where the API is mounted as its
 * server. The document is made once, when it is first asked for.
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
