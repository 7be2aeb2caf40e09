import { createBillfold, localKeyring, type MountableApi, memoryStorage, newKey } from '@billfold/core'
import { openApiDocument } from '@billfold/core/http'
import { z } from 'zod'
import { codeHtml, escapeHtml } from './html.ts'
import type { Page } from './page.ts'
import { notesHtml, schemaHtml, typeHtml } from './schema-html.ts'

const content = z.record(z.string(), z.looseObject({ schema: z.unknown().optional(), example: z.unknown().optional() }))

const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.record(z.string(), z.unknown())).default([]),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), required: z.boolean(), schema: z.unknown() })),
  requestBody: z.object({ required: z.boolean(), content, 'x-body-limit': z.number() }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: content.optional() })),
  'x-rate-limits': z.array(z.object({ by: z.string(), limit: z.number(), windowSeconds: z.number() })).default([]),
})

const documentShape = z.object({
  info: z.object({ title: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({
    schemas: z.record(z.string(), z.unknown()),
    securitySchemes: z.record(z.string(), z.looseObject({ description: z.string().optional() })),
  }),
})

type Operation = z.output<typeof operation>

/** An operation with its method and path. */
interface Placed extends Operation {
  readonly method: string
  readonly path: string
}

/** The APIs, in the order in which the documentation names them. */
export const apiNames = ['authentication', 'onboarding', 'dids', 'custody', 'payments'] as const

/** A page made from an OpenAPI document. */
export interface HttpPage extends Page {
  /** The document, as JSON. */
  readonly openApi: string
  readonly operationIds: readonly string[]
}

/** Builds a page for each HTTP API from the OpenAPI document that the API serves. */
export function httpReference(): readonly HttpPage[] {
  const keyring = localKeyring({ keys: { 1: newKey() }, currentKeyId: '1' })
  const billfold = createBillfold({ storage: memoryStorage(), keyring })
  return apiNames.map((name) => apiPage(name, billfold[name]))
}

function apiPage(name: string, api: MountableApi): HttpPage {
  const json = openApiDocument(api)
  const document = documentShape.parse(json)
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]): Placed => ({ ...one, method: method.toUpperCase(), path })),
  )
  const title = `${document.info.title}: HTTP`
  const markdown = [
    `# ${title}`,
    `Paths are below the mount. [How to use this API](/${name}.html), [where it departs from the document that it follows](/compatibility.html), <a href="/http/${name}.json" target="_self">the OpenAPI document</a>.`,
    ...callers(document.components.securitySchemes),
    ...errorExample(operations),
    '## Operations',
    operationTable(operations),
    ...operations.flatMap(operationSection),
    ...namedSchemas(document.components.schemas),
  ].join('\n\n')
  const operationIds = operations.map(({ operationId }) => operationId)
  return { url: `http/${name}.html`, title, markdown, openApi: JSON.stringify(json, undefined, 1), operationIds }
}

/** Escapes text for Markdown that contains HTML: tags, and the end of a table cell. */
function text(value: string): string {
  return value.replaceAll('<', '&lt;').replaceAll('|', '\\|')
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(columns), `|${'---|'.repeat(columns.length)}`, ...rows.map(line)].join('\n')
}

/** Marks generated HTML, so that Vue does not evaluate it. */
function verbatim(html: string): string {
  return `<div v-pre>${html}</div>`
}

function callers(schemes: Readonly<Record<string, { readonly description?: string | undefined }>>): readonly string[] {
  const rows = Object.entries(schemes).map(([name, { description = '' }]) => [`\`${name}\``, text(description)])
  return rows.length === 0 ? [] : ['## Authentication {:#callers}', table(['scheme', 'description'], rows)]
}

/** The section on the error format, which all operations share. */
function errorExample(operations: readonly Placed[]): readonly string[] {
  for (const { responses } of operations) {
    const example = responses['400']?.content?.['application/json']?.example
    if (example !== undefined)
      return ['## Errors {:#errors}', `\`\`\`json\n${JSON.stringify(example, undefined, 2)}\n\`\`\``]
  }
  return []
}

function operationTable(operations: readonly Placed[]): string {
  const rows = operations.map(({ operationId, method, path, summary }) => [
    method,
    `[\`${path}\`](#${operationId})`,
    text(summary),
  ])
  return table(['method', 'path', 'summary'], rows)
}

function operationSection(one: Placed): readonly string[] {
  return [
    `## ${one.method} \`${one.path}\` {:#${one.operationId}}`,
    `\`${one.operationId}\`: ${text(one.summary)}. ${access(one)}`,
    ...parameters(one),
    ...body(one),
    ...replies(one),
  ]
}

function access({ security, 'x-rate-limits': limits }: Placed): string {
  const schemes = security
    .map((one) =>
      Object.keys(one)
        .map((name) => `\`${name}\``)
        .join(' with '),
    )
    .join(', or ')
  const who = schemes === '' ? 'Public, without authentication.' : `Authentication: ${schemes}.`
  const rates = limits.map(({ by, limit, windowSeconds }) => `${limit} in ${windowSeconds} s by ${by}`)
  return rates.length === 0 ? who : `${who} Rate limit: ${text(rates.join(', '))}.`
}

function parameters({ parameters: list }: Placed): readonly string[] {
  if (list.length === 0) return []
  const items = list.map(({ name, in: location, required, schema }) => {
    const optional = required ? '' : ' <span class="optional">optional</span>'
    return `<li>${codeHtml(name)} in the ${escapeHtml(location)}, ${typeHtml(schema)}${optional}${notesHtml(schema)}</li>`
  })
  return ['**Parameters**', verbatim(`<ul class="fields">${items.join('')}</ul>`)]
}

function body({ requestBody }: Placed): readonly string[] {
  if (requestBody === undefined) return []
  const { required, content: types, 'x-body-limit': limit } = requestBody
  return [
    `**Body**${required ? '' : ', optional'}, at most ${limit.toLocaleString('en')} bytes`,
    ...Object.entries(types).flatMap(([type, { schema }]) => [`\`${type}\``, verbatim(schemaHtml(schema))]),
  ]
}

function replies({ responses }: Placed): readonly string[] {
  const all = Object.entries(responses)
  const successes = all.filter(([status]) => Number(status) < 400)
  const errors = all.filter(([status]) => Number(status) >= 400)
  return [
    ...successes.flatMap(([status, { description, content: types }]) => {
      const schema = types?.['application/json']?.schema
      return [`**${status}** ${text(description)}`, ...(schema === undefined ? [] : [verbatim(schemaHtml(schema))])]
    }),
    '::: details Errors',
    table(
      ['status', 'when'],
      errors.map(([status, { description }]) => [status, text(description).replaceAll('\n', ' ')]),
    ),
    ':::',
  ]
}

function namedSchemas(schemas: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(schemas).flatMap(([name, schema]) => [`## ${name}`, verbatim(schemaHtml(schema))])
}
