import { METHODS } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Route } from '@billfold/core/http'
import { z } from 'zod'
import { formBoundary, fuzzedForm } from './forms.ts'
import type { ExpectedStatus } from './fuzzed-api.ts'
import type { Random } from './random.ts'
import { changed, nearlyValid, oddJson, oddText } from './values.ts'

/** A request that may be invalid in any way. */
export interface FuzzedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Encrypts or signs a request, most of the time as a client of the API would. */
export type CompleteRequest = (request: FuzzedRequest, random: Random) => Promise<FuzzedRequest>

/** The target: where the API is mounted, its routes, and headers that authenticate. */
export interface FuzzTarget {
  readonly port: number
  readonly prefix: string
  readonly routes: readonly Route[]
  readonly headers?:
    | Readonly<Record<string, string>>
    | ((route: Route, random: Random) => Readonly<Record<string, string>>)
  /** Valid values by field of a body, a query or a path, to get past validation. */
  readonly fields?: ReadonlyMap<string, readonly string[]>
  /** Valid bodies by operation id, which are sent as they are or with one change. */
  readonly bodies?: Readonly<Record<string, readonly unknown[]>>
  /** Encrypts or signs a request for an API that expects it. */
  readonly complete?: CompleteRequest
  /** Statuses of 500 and more that are no fault. */
  readonly expected?: readonly ExpectedStatus[]
}

const types = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/vnd.api+json',
  ';',
  'a'.repeat(2000),
]

const codings = ['identity', 'gzip', 'deflate', 'br', 'x', '']

/** Creates a more or less valid request to one of the routes. */
export function fuzzedRequest(target: FuzzTarget, random: Random): FuzzedRequest {
  const route = random.pick(target.routes)
  const isForm = route.body?.multipart !== undefined && random.chance(0.6)
  const isEmpty = !isForm && random.chance(0.1)
  const body = isForm ? fuzzedParts(route, random) : isEmpty ? Buffer.alloc(0) : fuzzedBody(target, route, random)
  const method = random.chance(0.9) ? route.method : random.pick(METHODS.filter((name) => name !== 'CONNECT'))
  return {
    method,
    path: target.prefix + fuzzedPath(target, route, random) + fuzzedQuery(target, route, random),
    headers: {
      ...fuzzedHeaders(target, route, random),
      ...(isForm && { 'content-type': `multipart/form-data; boundary=${formBoundary}` }),
      ...(body.length > 0 ? { 'content-length': String(body.length) } : {}),
    },
    body,
  }
}

function fuzzedPath({ fields }: FuzzTarget, route: Route, random: Random): string {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => {
    const sensible = fields?.get(name) ?? []
    // What is deleted is missing later.
    const share = route.method === 'DELETE' ? 0.02 : 0.7
    return sensible.length > 0 && random.chance(share) ? encodeURIComponent(random.pick(sensible)) : oddSegment(random)
  })
  if (random.chance(0.85)) return path
  return random.pick([
    `${path}/`,
    `/${path}`,
    `${path}//x`,
    `/..${path}`,
    `${path}%`,
    `${path}/%c3%28`,
    path.toUpperCase(),
    '/',
    `/${oddSegment(random)}`,
  ])
}

/** Without characters that no HTTP client sends in a path; the malformed requests have those. */
function oddSegment(random: Random): string {
  const text = oddText(random)
  if (random.chance(0.1))
    return random.pick(['%', '%zz', '%00', '%c0%af', '%ff', '..', '%2e%2e', '%2f', ';a=b', '*', '(', '+'])
  return encodeURIComponent(wellFormed(text)) || 'x'
}

/** Halves of surrogate pairs cannot be percent-encoded. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}

function fuzzedQuery({ fields }: FuzzTarget, route: Route, random: Random): string {
  if (random.chance(0.6)) return ''
  const names = route.query === undefined ? [] : Object.keys(schemaFields(route.query))
  const pairs = Array.from({ length: random.chance(0.02) ? 500 : random.below(5) }, () => {
    const name =
      names.length > 0 && random.chance(0.7) ? random.pick(names) : encodeURIComponent(wellFormed(oddText(random)))
    const sensible = fields?.get(name) ?? []
    const text = sensible.length > 0 && random.chance(0.7) ? random.pick(sensible) : oddText(random)
    return `${name}=${random.chance(0.1) ? '%zz%' : encodeURIComponent(wellFormed(text))}`
  })
  return `?${pairs.join('&')}`
}

function fuzzedHeaders(target: FuzzTarget, route: Route, random: Random): Record<string, string> {
  const usual = route.body?.encoding === 'form' ? 'application/x-www-form-urlencoded' : 'application/json'
  const headers: Record<string, string> = { 'content-type': random.chance(0.85) ? usual : random.pick(types) }
  const valid = typeof target.headers === 'function' ? target.headers(route, random) : target.headers
  if (random.chance(0.85)) Object.assign(headers, valid)
  else if (random.chance(0.5))
    headers['authorization'] = random.pick([
      'Basic',
      'Basic !!!',
      'Bearer',
      `Bearer ${'a.'.repeat(50)}`,
      'Bearer null',
      'Basic Og==',
    ])
  if (random.chance(0.05)) headers['content-encoding'] = random.pick(codings)
  if (random.chance(0.1)) headers['x-request-id'] = headerText(random)
  if (random.chance(0.1)) headers['signing-method'] = headerText(random)
  if (random.chance(0.1)) headers['x-forwarded-for'] = headerText(random)
  if (random.chance(0.05))
    headers['publickey'] = random.chance(0.5)
      ? headerText(random)
      : randomBytes(random).subarray(0, 64).toString('base64')
  if (random.chance(0.02)) for (let extra = 0; extra < 50; extra++) headers[`x-extra-${extra}`] = 'x'
  return headers
}

/** Replaces characters that a header cannot contain. */
function headerText(random: Random): string {
  return oddText(random).replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')
}

function fuzzedBody(target: FuzzTarget, route: Route, random: Random): Buffer {
  const valid = target.bodies?.[route.id] ?? []
  if (valid.length > 0 && random.chance(0.6))
    return Buffer.from(JSON.stringify(changed(withSense(target, random.pick(valid), random), random)) ?? '')
  const sensible = target.fields !== undefined && random.chance(0.6) ? sensibleBody(target, route, random) : undefined
  if (sensible !== undefined) return Buffer.from(JSON.stringify(sensible))
  const kind = random.below(20)
  if (kind === 0) return randomBytes(random)
  if (kind === 1) return Buffer.from(oddText(random))
  if (kind === 2) return gzipSync(JSON.stringify(oddJson(random)))
  if (kind === 3) return Buffer.from(random.pick(['[', '{"a":']).repeat(random.below(20_000)))
  if (kind === 4) return Buffer.alloc(Math.max(0, (route.body?.limit ?? 1000) + random.below(3) - 1), 0x20)
  const value =
    kind === 5 ? oddJson(random) : withSense(target, nearlyValid(toJsonSchema(route.body?.schema), random), random)
  if (route.body?.encoding === 'form' && typeof value === 'object' && value !== null) {
    return Buffer.from(
      new URLSearchParams(Object.entries(value).map(([name, one]): [string, string] => [name, String(one)])).toString(),
    )
  }
  const json = Buffer.from(JSON.stringify(value))
  return random.chance(0.1) ? corrupted(json, random) : json
}

/** Creates a valid body if valid values are known. */
function sensibleBody({ fields }: FuzzTarget, route: Route, random: Random): unknown {
  const names = route.body === undefined ? [] : Object.keys(schemaFields(route.body.schema))
  const known = names.flatMap((name) => {
    const values = fields?.get(name) ?? []
    return values.length > 0 ? [[name, random.pick(values)] as const] : []
  })
  return known.length === 0 || known.length * 2 < names.length ? undefined : Object.fromEntries(known)
}

/** Replaces most fields by valid values, at any depth. */
function withSense(target: FuzzTarget, value: unknown, random: Random, name = ''): unknown {
  if (target.fields === undefined) return value
  if (Array.isArray(value)) return value.map((item: unknown) => withSense(target, item, random, name))
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([field, odd]: [string, unknown]): [string, unknown] => [
      field,
      withSense(target, odd, random, field),
    ])
    return Object.fromEntries(entries)
  }
  const sensible = target.fields.get(name) ?? []
  return sensible.length > 0 && random.chance(0.9) ? random.pick(sensible) : value
}

function fuzzedParts({ body }: Route, random: Random): Buffer {
  const names = body?.multipart === undefined ? [] : Object.keys(schemaFields(body.multipart.schema))
  const json = (): unknown => {
    const value = nearlyValid(toJsonSchema(body?.schema), random)
    const [field] = typeof value === 'object' && value !== null ? Object.values(value) : []
    return random.chance(0.7) ? field : value
  }
  return fuzzedForm([...names, '$document-1', '$document-2'], json, random)
}

function corrupted(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes)
  for (let change = 0; change < 3 && copy.length > 0; change++) copy[random.below(copy.length)] = random.below(256)
  return random.chance(0.3) ? copy.subarray(0, random.below(copy.length + 1)) : copy
}

function randomBytes(random: Random): Buffer {
  return Buffer.from(Array.from({ length: random.below(2000) }, () => random.below(256)))
}

const schemas = new WeakMap<z.ZodType, unknown>()

function toJsonSchema(schema: z.ZodType | undefined): unknown {
  if (schema === undefined) return undefined
  if (!schemas.has(schema))
    schemas.set(schema, plainSchema(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })))
  return schemas.get(schema)
}

/** The schema of a body before it is encrypted, if it may be: the plain alternative of `data`. */
function plainSchema(schema: z.core.JSONSchema.BaseSchema): unknown {
  const { data } = schema.properties ?? {}
  const [encrypted, plain] = typeof data === 'object' ? (data.anyOf ?? []) : []
  return typeof encrypted === 'object' && encrypted.type === 'string' && plain !== undefined ? plain : schema
}

function schemaFields(schema: z.ZodType): object {
  const json = toJsonSchema(schema)
  return typeof json === 'object' && json !== null && 'properties' in json && typeof json.properties === 'object'
    ? (json.properties ?? {})
    : {}
}
