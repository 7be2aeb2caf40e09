import { expect, test } from 'vitest'
import { z } from 'zod'
import { eventCatalogue } from '../../events.ts'

/** Formats the type of a field for readers: `text or null`, `true or false`, or its possible values. */
function formatType(schema: unknown): string {
  if (schema instanceof z.ZodNullable) return `${formatType(schema.unwrap())} or null`
  if (schema instanceof z.ZodEnum) return schema.options.map((word) => `\`${word}\``).join(', ')
  if (schema instanceof z.ZodUnion) return schema.options.map(formatType).join(' or ')
  if (schema instanceof z.ZodBoolean) return 'true or false'
  if (schema instanceof z.ZodNumber) return 'a number'
  if (schema instanceof z.ZodString) return 'text'
  throw new Error('unsupported field type')
}

function row([type, { version, description, data }]: [
  string,
  (typeof eventCatalogue)[keyof typeof eventCatalogue],
]): string {
  const fields = Object.entries(data.shape).map(([name, schema]) => {
    const words = formatType(schema)
    return words === 'text' ? `\`${name}\`` : `\`${name}\` (${words})`
  })
  return `| \`${type}\` | ${version} | ${description} | ${fields.join(', ')} |`
}

/** Run `vitest run -u packages/core/src/platform/events/catalogue-page.test.ts` to regenerate the page. */
test('docs/event-catalogue.md matches the catalogue', async () => {
  const page = [
    '# Event catalogue',
    '',
    'All event types. See [events](events.md) for how they are delivered. Fields are text unless stated otherwise.',
    '',
    '| type | version | description | `data` |',
    '|---|---|---|---|',
    ...Object.entries({ ...eventCatalogue }).map(row),
    '',
  ]
  await expect(page.join('\n')).toMatchFileSnapshot('../../../../../docs/event-catalogue.md')
})
