import type { z } from 'zod'
import { BillfoldError, type ErrorCode } from '../kernel/errors.ts'
import type { Api } from './api.ts'
import { describeApi, describeOperation, tagOf } from './openapi-description.ts'
import { exampleOf } from './openapi-examples.ts'
import { JsonSchemas } from './json-schemas.ts'
import type { Reply } from './request-response.ts'
import { idempotencyKeySchema } from './idempotency-key-header.ts'
import type { Route } from './route.ts'

/** Options of an OpenAPI document. */
export interface OpenApiOptions {
  /** The URL or path that the API is mounted at: `https://example.com/id`. */
  readonly serverUrl?: string
  /** The version in `info`; defaults to `1`. */
  readonly version?: string
}

/** An OpenAPI document as plain data. */
export type OpenApiDocument = Readonly<Record<string, unknown>>

type Json = Record<string, unknown>

/**
 * Creates the OpenAPI 3.1 document of an API from the schemas that validate its requests.
 *
 * @param api the API
 * @param options the server URL and version of the document
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
 * import { openApiDocument } from '@billfold/core/http'
 *
 * const billfold = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring() })
 * console.log(JSON.stringify(openApiDocument(billfold.custody, { serverUrl: 'https://example.com/custody' })))
 * ```
 */
export function openApiDocument(api: Api, options: OpenApiOptions = {}): OpenApiDocument {
  const schemas = new JsonSchemas()
  const description = describeApi(api)
  const paths: Record<string, Record<string, Json>> = {}
  const tags = new Map<string, string>()
  const securitySchemes: Json = {}
  for (const route of api.routes.filter(({ unlisted }) => !unlisted)) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    const tag = tagOf(route, description)
    if (tag !== undefined) tags.set(tag.name, tag.description)
    const tagged = { ...(tag !== undefined && { tags: [tag.name] }), ...operation(api, route, schemas) }
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: tagged }
    Object.assign(securitySchemes, route.guard.schemes)
  }
  schemas.enumerate(description.enumerations ?? {})
  for (const one of Object.values(paths).flatMap((methods) => Object.values(methods))) addExamples(one, schemas.named)
  return {
    openapi: '3.1.0',
    info: { title: api.title, description: description.text, version: options.version ?? '1', license },
    servers: [{ url: options.serverUrl ?? '/' }],
    tags: description.tags
      .filter(({ name }) => tags.has(name))
      .map(({ name, description: about }) => ({ name, description: about })),
    paths,
    components: { schemas: schemas.named, securitySchemes },
  }
}

const license = { name: 'MIT', identifier: 'MIT' } as const

/** Adds examples to the bodies of requests that have none. They need the named schemas, of which routes that follow may add some. */
function addExamples(one: Json, named: Json): void {
  const types = isObject(one['requestBody']) ? one['requestBody']['content'] : undefined
  if (!isObject(types)) return
  for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
    const content = types[type]
    if (!isObject(content) || content['example'] !== undefined) continue
    const example = exampleOf(content['schema'], named)
    if (example !== undefined) content['example'] = example
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function operation(api: Api, route: Route, schemas: JsonSchemas): Json {
  return {
    operationId: route.id,
    summary: route.summary,
    description: describeOperation(route),
    security: route.guard.security,
    parameters: [
      ...parameters('path', route.params, `${route.id}Params`, schemas),
      ...parameters('query', route.query, `${route.id}Query`, schemas),
      ...parameters('header', route.headers, `${route.id}Headers`, schemas),
      ...(route.idempotency === 'key' ? [idempotencyKey(schemas)] : []),
    ],
    ...(route.body === undefined ? {} : { requestBody: requestBody(route, route.body, schemas) }),
    responses: { ...errorResponses(api, route, schemas), ...replyResponses(route, schemas) },
    ...(route.limits.length > 0 ? { 'x-rate-limits': route.limits } : {}),
  }
}

/** Converts the fields of an object schema to parameters. Path parameters are always required. */
function parameters(
  location: 'path' | 'query' | 'header',
  schema: z.ZodType | undefined,
  name: string,
  schemas: JsonSchemas,
): Json[] {
  const fields = schema === undefined ? {} : schemas.convertFields(schema, name)
  return Object.entries(fields).map(([field, { schema: json, required }]) => ({
    name: field,
    in: location,
    required: location === 'path' || required,
    schema: json,
  }))
}

function idempotencyKey(schemas: JsonSchemas): Json {
  const schema = schemas.convert(idempotencyKeySchema, 'IdempotencyKey', 'input')
  return { name: 'Idempotency-Key', in: 'header', required: false, schema }
}

function requestBody(route: Route, rule: NonNullable<Route['body']>, schemas: JsonSchemas): Json {
  const type = rule.encoding === 'json' ? 'application/json' : 'application/x-www-form-urlencoded'
  const example = rule.example === undefined ? {} : { example: rule.example }
  const content: Json = { [type]: { schema: bodySchema(route, rule, schemas), ...example } }
  if (rule.jwt === true) content['application/jwt'] = { schema: { type: 'string' } }
  if (rule.multipart !== undefined) {
    const parts = schemas.convert(rule.multipart.schema, `${route.id}Parts`, 'input')
    content['multipart/form-data'] = { schema: parts, 'x-body-limit': rule.multipart.limit }
  }
  return { required: rule.optional !== true, content, 'x-body-limit': rule.limit }
}

/** The schema of the body, and that of a credential in it. */
function bodySchema({ id, guard }: Route, { schema }: NonNullable<Route['body']>, schemas: JsonSchemas): unknown {
  const body = schemas.convert(schema, `${id}Body`, 'input')
  if (guard.admitBody === undefined) return body
  return { allOf: [body, schemas.convert(guard.bodySchema, `${id}Credential`, 'input')] }
}

function replyResponses(route: Route, schemas: JsonSchemas): Json {
  const entries = Object.entries(route.replies).map(([status, { description, schema }]): [string, Json] => {
    if (schema === undefined) return [status, { description }]
    const json = schemas.convert(schema, `${route.id}Reply${status}`, 'output')
    return [status, { description, content: { 'application/json': { schema: json } } }]
  })
  return Object.fromEntries(entries)
}

/** The error replies of the request pipeline, by status, with examples in the format of the API. */
function errorResponses(api: Api, route: Route, schemas: JsonSchemas): Json {
  const responses: Record<string, Json> = {}
  for (const code of errorCodes(route)) {
    const error = new BillfoldError(code)
    const reply = api.errorReply(error, 'the request id', route)
    responses[reply.status] ??= { description: error.message, ...errorContent(api, reply, schemas) }
  }
  if (route.limits.length > 0 && responses[429] !== undefined) {
    const rules = route.limits.map((rule) => `${rule.limit} in ${rule.windowSeconds} s by ${rule.by}`)
    responses[429]['description'] = `Too many requests: at most ${rules.join(', ')}`
  }
  return responses
}

function errorContent(api: Api, reply: Reply, schemas: JsonSchemas): Json {
  if (reply.body === undefined) return {}
  const schema = api.errorSchema === undefined ? {} : schemas.convertNamed(api.errorSchema, 'Error', 'output')
  return { content: { 'application/json': { schema, example: reply.body } } }
}

function errorCodes(route: Route): readonly ErrorCode[] {
  const parsed = [route.params, route.query, route.headers, route.body].some((part) => part !== undefined)
  return [
    ...(parsed ? (['input.invalid'] as const) : []),
    ...(route.guard.security.length > 0 ? (['caller.unauthenticated', 'caller.forbidden'] as const) : []),
    ...(route.body === undefined ? [] : (['body.too-slow', 'body.too-large', 'body.unsupported-type'] as const)),
    ...(route.limits.length > 0 ? (['rate.limited'] as const) : []),
    ...(route.idempotency === 'key' ? (['idempotency-key.in-progress', 'idempotency-key.reused'] as const) : []),
    'unexpected',
    'storage.unavailable',
  ]
}
