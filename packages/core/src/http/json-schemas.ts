import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'

type Json = Record<string, unknown>

/** One field of an object schema. */
export interface Field {
  readonly schema: unknown
  readonly required: boolean
}

/**
 * Turns zod schemas into the JSON Schemas of one document. Schemas that have an id, or that contain themselves, end up
 * among the named ones and are referred to.
 */
export class JsonSchemas {
  /** What belongs under `components/schemas`. */
  readonly named: Json = {}

  /** The JSON Schema of what a schema takes (`input`) or gives (`output`); `name` is used if it needs one. */
  of(schema: z.ZodType, name: string, io: 'input' | 'output'): unknown {
    const { $schema: _, $defs = {}, ...json }: Json = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
    const names = new Map(Object.entries($defs ?? {}).map(([id, def]) => [id, this.#nameFor(id, name, def)]))
    const itself = mentions(json, '#') || mentions($defs, '#') ? this.#nameFor(name, name, json) : undefined
    for (const [id, def] of Object.entries($defs ?? {})) this.named[names.get(id) ?? id] = point(def, names, itself)
    const pointed = point(json, names, itself)
    if (itself === undefined) return pointed
    this.named[itself] = pointed
    return { $ref: `#/components/schemas/${itself}` }
  }

  /** The fields of an object schema, for parameters. */
  fieldsOf(schema: z.ZodType, name: string): Readonly<Record<string, Field>> {
    const json = this.of(schema, name, 'input')
    if (!isObject(json) || !isObject(json['properties'])) return {}
    const required = Array.isArray(json['required']) ? json['required'] : []
    return Object.fromEntries(
      Object.entries(json['properties']).map(([field, value]) => [
        field,
        { schema: value, required: required.includes(field) },
      ]),
    )
  }

  /** A name that stands for nothing else yet; zod's own made-up ids are told apart by the operation that has them. */
  #nameFor(id: string, owner: string, def: unknown): string {
    const wanted = id.startsWith('__') ? `${owner}${id.replace(/^__schema/, 'Part')}` : id.replace(/[^\w.-]/g, '_')
    let name = wanted
    for (let number = 2; name in this.named && !isDeepStrictEqual(this.named[name], def); number++)
      name = `${wanted}${number}`
    return name
  }
}

/** The same schema with its references pointing into the document, without zod's `id`: a text, unlike a field that is called so. */
function point(json: unknown, names: ReadonlyMap<string, string>, itself: string | undefined): unknown {
  if (Array.isArray(json)) return json.map((item) => point(item, names, itself))
  if (!isObject(json)) return json
  return Object.fromEntries(
    Object.entries(json)
      .filter(([key, value]) => key !== 'id' || typeof value !== 'string')
      .map(([key, value]) => [key, key === '$ref' ? pointer(value, names, itself) : point(value, names, itself)]),
  )
}

function pointer(ref: unknown, names: ReadonlyMap<string, string>, itself: string | undefined): unknown {
  if (ref === '#') return `#/components/schemas/${itself}`
  const id = typeof ref === 'string' ? ref.replace(/^#\/\$defs\//, '') : ''
  return `#/components/schemas/${names.get(id) ?? id}`
}

function mentions(json: unknown, ref: string): boolean {
  if (Array.isArray(json)) return json.some((item) => mentions(item, ref))
  return isObject(json) && (json['$ref'] === ref || Object.values(json).some((value) => mentions(value, ref)))
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
