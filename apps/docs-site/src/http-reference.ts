import { createBillfold, localKeyring, type MountableApi, memoryStorage, newKey } from '@billfold/core'
import { openApiDocument } from '@billfold/core/http'
import { z } from 'zod'
import { codeBlockHtml } from './highlight.ts'
import { codeHtml, escapeHtml, tableHtml } from './html.ts'
import { inlineHtml } from './markdown.ts'
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

/** An operation with its place. */
interface Placed extends Operation {
  readonly method: string
  readonly path: string
}

/** The five APIs, each with the page that says how to use it. */
const guides = {
  authentication: 'authentication.html',
  onboarding: 'onboarding.html',
  dids: 'dids.html',
  custody: 'custody.html',
  payments: 'payments.html',
} as const

/** A page of the site that is not made from Markdown, and a file beside it. */
export interface HttpPage extends Page {
  /** The OpenAPI document, as JSON. */
  readonly openApi: string
}

/** One page for each HTTP API, made from the OpenAPI document that the API itself serves. */
export function httpReference(): readonly HttpPage[] {
  const keyring = localKeyring({ keys: { 1: newKey() }, currentKeyId: '1' })
  const billfold = createBillfold({ storage: memoryStorage(), keyring })
  return Object.entries(guides).map(([name, guide]) => apiPage(name, guide, apiNamed(billfold, name)))
}

function apiNamed(billfold: ReturnType<typeof createBillfold>, name: string): MountableApi {
  const { authentication, onboarding, dids, custody, payments } = billfold
  const found = [authentication, onboarding, dids, custody, payments].find((api) => api.name === name)
  if (found === undefined) throw new Error(`there is no API ${name}`)
  return found
}

function apiPage(name: string, guide: string, api: MountableApi): HttpPage {
  const json = openApiDocument(api)
  const document = documentShape.parse(json)
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]): Placed => ({ ...one, method: method.toUpperCase(), path })),
  )
  const title = `${document.info.title}: HTTP`
  const html = [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>Paths are below the mount. <a href="../${guide}">How to use this API</a>, <a href="../compatibility.html">where`,
    `it departs from the document that it follows</a>, <a href="${name}.json">the OpenAPI document</a>.</p>`,
    callersHtml(document.components.securitySchemes),
    envelopeHtml(operations),
    '<h2 id="operations">Operations</h2>',
    listHtml(operations),
    ...operations.map(operationHtml),
    ...namedSchemasHtml(document.components.schemas),
  ].join('\n')
  const headings = operations.map(({ operationId }) => ({ level: 2, text: operationId, anchor: operationId }))
  return { url: `http/${name}.html`, title, html, headings, openApi: JSON.stringify(json, undefined, 1) }
}

function callersHtml(schemes: Readonly<Record<string, { readonly description?: string | undefined }>>): string {
  const rows = Object.entries(schemes).map(
    ([name, { description = '' }]) => `<tr><td>${codeHtml(name)}</td><td>${inlineHtml(description)}</td></tr>`,
  )
  if (rows.length === 0) return ''
  return `<h2 id="callers">Who may call</h2>${tableHtml(rows)}`
}

/** What an error looks like, once for all operations. */
function envelopeHtml(operations: readonly Placed[]): string {
  for (const { responses } of operations) {
    const example = responses['400']?.content?.['application/json']?.example
    if (example !== undefined)
      return `<h2 id="errors">Errors</h2>${codeBlockHtml(JSON.stringify(example, undefined, 2), 'json')}`
  }
  return ''
}

function listHtml(operations: readonly Placed[]): string {
  const rows = operations.map(
    ({ operationId, method, path, summary }) =>
      `<tr><td class="method">${method}</td><td><a href="#${operationId}"><code>${escapeHtml(path)}</code></a></td><td>${inlineHtml(summary)}</td></tr>`,
  )
  return tableHtml(rows, 'operations')
}

function operationHtml(one: Placed): string {
  return [
    `<section class="operation"><h2 id="${one.operationId}"><span class="method">${one.method}</span> <code>${escapeHtml(one.path)}</code></h2>`,
    `<p>${inlineHtml(one.summary)}. ${accessHtml(one)}</p>`,
    parametersHtml(one),
    bodyHtml(one),
    repliesHtml(one),
    '</section>',
  ].join('\n')
}

function accessHtml({ security, 'x-rate-limits': limits }: Placed): string {
  const callers = security.map((one) => Object.keys(one).map(codeHtml).join(' with ')).join(', or ')
  const who = callers === '' ? 'Open to everybody.' : `For ${callers}.`
  const said = limits.map(({ by, limit, windowSeconds }) => `${limit} in ${windowSeconds} s by ${by}`)
  return said.length === 0 ? who : `${who} At most ${escapeHtml(said.join(', '))}.`
}

function parametersHtml({ parameters }: Placed): string {
  if (parameters.length === 0) return ''
  const items = parameters.map(({ name, in: place, required, schema }) => {
    const optional = required ? '' : ' <span class="optional">optional</span>'
    return `<li>${codeHtml(name)} in the ${escapeHtml(place)}, ${typeHtml(schema)}${optional}${notesHtml(schema)}</li>`
  })
  return `<h3>Parameters</h3><ul class="fields">${items.join('\n')}</ul>`
}

function bodyHtml({ requestBody }: Placed): string {
  if (requestBody === undefined) return ''
  const { required, content: types, 'x-body-limit': limit } = requestBody
  const shown = Object.entries(types).map(([type, { schema }]) => `<p>${codeHtml(type)}</p>${schemaHtml(schema)}`)
  return `<h3>Body</h3><p>${required ? '' : 'Optional. '}At most ${limit.toLocaleString('en')} bytes.</p>${shown.join('')}`
}

function repliesHtml({ responses }: Placed): string {
  const [good, bad] = [true, false].map((wanted) =>
    Object.entries(responses).filter(([status]) => Number(status) < 400 === wanted),
  )
  const shown = (good ?? []).map(([status, { description, content: types }]) => {
    const schema = types?.['application/json']?.schema
    return `<h3>${status}</h3><p>${inlineHtml(description)}</p>${schema === undefined ? '' : schemaHtml(schema)}`
  })
  const refusals = (bad ?? []).map(
    ([status, { description }]) => `<tr><td>${status}</td><td>${escapeHtml(description)}</td></tr>`,
  )
  return `${shown.join('')}<details><summary>Errors</summary>${tableHtml(refusals)}</details>`
}

function namedSchemasHtml(schemas: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(schemas).map(
    ([name, schema]) => `<h2 id="${escapeHtml(name)}">${escapeHtml(name)}</h2>${schemaHtml(schema)}`,
  )
}
