import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Api } from './api.ts'
import { openApiDocument } from './openapi.ts'
import type { Guard } from './guard.ts'
import { route } from './route.ts'

const guard: Guard = {
  name: 'bearer',
  security: [{ bearer: [] }],
  schemes: { bearer: { type: 'http', scheme: 'bearer' } },
  admit: async () => ({ kind: 'service', tenant: 'main', id: '1', scopes: new Set() }),
}

interface Folder {
  readonly name: string
  readonly folders: readonly Folder[]
}

const folder: z.ZodType<Folder> = z.object({
  name: z.string(),
  get folders() {
    return z.array(folder)
  },
})
const money = z.object({ amount: z.string() }).meta({ id: 'Money' })

const api: Api = {
  name: 'shop',
  title: 'Shop',
  errorSchema: z.object({ error: z.string() }),
  errorReply: (error) => ({ status: error.status === 413 ? 400 : error.status, body: { error: error.code } }),
  routes: [
    route({
      id: 'createOrder',
      method: 'POST',
      path: '/orders/:orderId/lines',
      summary: 'Adds a line',
      guard,
      limits: [{ by: 'ip', limit: 5, windowSeconds: 60 }],
      params: z.object({ orderId: z.uuid() }),
      query: z.object({
        page: z.coerce.number().int().optional(),
        tag: z.union([z.string(), z.array(z.string())]).default('none'),
      }),
      headers: z.object({ 'signing-method': z.string() }),
      body: {
        encoding: 'json',
        limit: 1000,
        schema: z.object({
          price: money,
          at: z.date(),
          n: z.bigint(),
          when: z.string().transform((text) => new Date(text)),
        }),
      },
      replies: {
        200: { description: 'The line', schema: z.object({ id: z.string(), price: money }) },
        204: { description: 'Nothing' },
      },
      handler: async () => ({ status: 204 }),
    }),
    route({
      id: 'readFolder',
      method: 'GET',
      path: '/folders',
      summary: 'Folders within folders',
      guard,
      replies: { 200: { description: 'All', schema: folder } },
      handler: async () => ({ status: 204 }),
    }),
    route({
      id: 'token',
      method: 'POST',
      path: '/token',
      summary: 'By form',
      guard: { ...guard, security: [], schemes: {} },
      body: { encoding: 'form', limit: 1000, schema: z.object({ grant: z.string() }), optional: true },
      replies: { 200: { description: 'A token', schema: z.object({ folder, token: z.string() }) } },
      handler: async () => ({ status: 204 }),
    }),
  ],
}

describe('the OpenAPI document', () => {
  const document = openApiDocument(api, { serverUrl: '/shop', version: '2' })

  it('is valid OpenAPI 3.1 without dangling references', async () => {
    const validator = new Validator()
    const { valid, errors } = await validator.validate(structuredClone(document))
    expect(errors ?? []).toEqual([])
    expect([valid, validator.version]).toEqual([true, '3.1'])
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name,
    )
    expect(refs.length).toBeGreaterThan(2)
    expect(Object.keys(z.object({ schemas: z.looseObject({}) }).parse(document['components']).schemas)).toEqual(
      expect.arrayContaining(refs),
    )
  })

  it('contains the parameters, body and replies of a route', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Shop', version: '2', description: 'Shop.' },
      tags: [{ name: 'Shop' }],
      servers: [{ url: '/shop' }],
      paths: {
        '/orders/{orderId}/lines': {
          post: {
            operationId: 'createOrder',
            tags: ['Shop'],
            description: expect.stringContaining('Caller: bearer.'),
            security: [{ bearer: [] }],
            parameters: [
              { name: 'orderId', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
              { name: 'page', in: 'query', required: false },
              { name: 'tag', in: 'query', required: false },
              { name: 'signing-method', in: 'header', required: true },
              { name: 'Idempotency-Key', in: 'header', required: false },
            ],
            requestBody: {
              required: true,
              content: {
                'application/json': { schema: { properties: { price: { $ref: '#/components/schemas/Money' } } } },
              },
            },
            'x-rate-limits': [{ by: 'ip', limit: 5, windowSeconds: 60 }],
          },
        },
        '/token': { post: { requestBody: { required: false, content: { 'application/x-www-form-urlencoded': {} } } } },
      },
      components: {
        schemas: { Money: { type: 'object' }, Error: { properties: { error: { type: 'string' } } } },
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      },
    })
  })

  it('contains fields named id', () => {
    const schema = { properties: { id: { type: 'string' }, price: {} }, required: ['id', 'price'] }
    expect(document).toMatchObject({
      paths: {
        '/orders/{orderId}/lines': { post: { responses: { 200: { content: { 'application/json': { schema } } } } } },
      },
    })
  })

  it('contains the errors of a route with the status and format of the API', () => {
    const errors = { content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } }
    expect(document).toMatchObject({
      paths: {
        '/orders/{orderId}/lines': {
          post: {
            responses: {
              400: { content: { 'application/json': { example: { error: 'input.invalid' } } } },
              401: errors,
              403: errors,
              408: errors,
              409: errors,
              415: errors,
              422: errors,
              500: errors,
              503: errors,
              429: { description: 'Too many requests: at most 5 in 60 s by ip' },
            },
          },
        },
      },
    })
    expect(document).not.toHaveProperty(['paths', '/orders/{orderId}/lines', 'post', 'responses', '413'])
    expect(document).not.toHaveProperty(['paths', '/folders', 'get', 'responses', '400'])
  })
})
