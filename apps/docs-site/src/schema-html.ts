import { codeHtml, escapeHtml } from './html.ts'
import { inlineHtml } from './markdown.ts'

type Json = Readonly<Record<string, unknown>>

/** True if a value is an object with fields. */
function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Renders a JSON Schema: its type, and its fields as nested lists. */
export function schemaHtml(schema: unknown): string {
  const fields = fieldsHtml(schema)
  return `<p class="type">${typeHtml(schema)}${notesHtml(schema)}</p>${fields}`
}

/** Describes the type of a schema. */
export function typeHtml(schema: unknown): string {
  if (!isObject(schema)) return 'anything'
  const ref = schema['$ref']
  if (typeof ref === 'string') return escapeHtml(ref.replace(/^.*\//, ''))
  if ('const' in schema) return codeHtml(JSON.stringify(schema['const']))
  if (Array.isArray(schema['enum'])) return schema['enum'].map((one) => codeHtml(JSON.stringify(one))).join(' or ')
  const choices = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf']
  if (Array.isArray(choices))
    return [...new Set(choices.map(typeHtml))].join(schema['allOf'] === undefined ? ' or ' : ' and ')
  if (schema['type'] === 'array') return `list of ${typeHtml(schema['items'])}`
  const type = schema['type']
  if (Array.isArray(type)) return escapeHtml(type.join(' or '))
  return typeof type === 'string' ? escapeHtml(type) : 'anything'
}

/** Describes the limits and the default of a value, and the value itself. */
export function notesHtml(schema: unknown): string {
  if (!isObject(schema)) return ''
  const notes = [
    range(schema['minLength'], schema['maxLength'], 'characters'),
    range(schema['minimum'], schema['maximum'], ''),
    range(schema['minItems'], schema['maxItems'], 'items'),
    typeof schema['format'] === 'string' ? escapeHtml(schema['format']) : '',
    typeof schema['pattern'] === 'string' ? codeHtml(schema['pattern']) : '',
    'default' in schema ? `unless given ${codeHtml(JSON.stringify(schema['default']))}` : '',
  ].filter((note) => note !== '')
  const description = typeof schema['description'] === 'string' ? `. ${inlineHtml(schema['description'])}` : ''
  return notes.map((note) => `, ${note}`).join('') + description
}

/** Formats a range such as `1 to 64 characters`. The limits of safe integers are omitted. */
function range(min: unknown, max: unknown, unit: string): string {
  const from = typeof min === 'number' && min > Number.MIN_SAFE_INTEGER ? min : undefined
  const to = typeof max === 'number' && max < Number.MAX_SAFE_INTEGER ? max : undefined
  if (from === undefined && to === undefined) return ''
  if (from === undefined) return `at most ${to} ${unit}`.trim()
  if (to === undefined) return `at least ${from} ${unit}`.trim()
  return `${from === to ? from : `${from} to ${to}`} ${unit}`.trim()
}

function fieldsHtml(schema: unknown): string {
  if (!isObject(schema)) return ''
  const choices = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf']
  if (Array.isArray(choices)) return choices.map(fieldsHtml).join('')
  if (schema['type'] === 'array') return fieldsHtml(schema['items'])
  const fields = schema['properties']
  if (!isObject(fields) || Object.keys(fields).length === 0) return ''
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  const items = Object.entries(fields).map(([name, field]) => {
    const optional = required.includes(name) ? '' : ' <span class="optional">optional</span>'
    return `<li>${codeHtml(name)} ${typeHtml(field)}${optional}${notesHtml(field)}${fieldsHtml(field)}</li>`
  })
  return `<ul class="fields">${items.join('\n')}</ul>`
}
