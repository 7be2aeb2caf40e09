import { describe, expect, it } from 'vitest'
import { toText } from './html.ts'
import { httpReference } from './http-reference.ts'
import { schemaHtml } from './schema-html.ts'

describe('a schema for people', () => {
  it('shows types, limits and optional fields, also of nested objects', () => {
    const schema = {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 8, description: 'With `marks` and <b>' },
        list: { type: 'array', items: { type: 'object', properties: { kind: { enum: ['a', 'b'] } } } },
        either: { anyOf: [{ type: 'null' }, { type: 'integer', minimum: 3, maximum: Number.MAX_SAFE_INTEGER }] },
      },
    }
    expect(toText(schemaHtml(schema))).toBe(
      'object name string, 1 to 8 characters. With marks and <b> list list of object optional kind "a" or "b" optional either null or integer optional',
    )
  })
})

describe('the HTTP reference', () => {
  const pages = httpReference()

  it('has a page for each API, with every operation', () => {
    expect(pages.map(({ url }) => url)).toEqual(
      ['authentication', 'onboarding', 'dids', 'custody', 'payments'].map((name) => `http/${name}.html`),
    )
    for (const { operationIds, markdown } of pages) {
      expect(operationIds.length).toBeGreaterThan(5)
      for (const id of operationIds) expect(markdown).toContain(` {:#${id}}\n`)
    }
  })
})
