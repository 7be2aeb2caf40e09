import { expect, test } from 'vitest'
import { z } from 'zod'
import { eventCatalogue } from './catalogue.ts'

/** A field as people read it: `text or null`, `true or false`, or the words that it can be. */
function shown(schema: unknown): string {
  if (schema instanceof z.ZodNullable) return `${shown(schema.unwrap())} or null`
  if (schema instanceof z.ZodEnum) return schema.options.map((word) => `\`${word}\``).join(', ')
  if (schema instanceof z.ZodUnion) return schema.options.map(shown).join(' or ')
  if (schema instanceof z.ZodBoolean) return 'true or false'
  if (schema instanceof z.ZodNumber) return 'a number'
  if (schema instanceof z.ZodString) return 'text'
  throw new Error('a kind of field that the page has no words for')
}

function row([type, { version, text, data }]: [string, (typeof eventCatalogue)[keyof typeof eventCatalogue]]): string {
  const fields = Object.entries(data.shape).map(([name, schema]) => {
    const words = shown(schema)
    return words === 'text' ? `\`${name}\`` : `\`${name}\` (${words})`
  })
  return `| \`${type}\` | ${version} | ${text} | ${fields.join(', ')} |`
}

/** `vitest run -u packages/core/src/events/catalogue-page.test.ts` writes the page anew. */
test('docs/event-catalogue.md says what the catalogue says', async () => {
  const page = [
    '# The catalogue of events',
    '',
    'Every kind of event, as [events](events.md) explains them. A field is text unless something else is said.',
    '',
    '| type | version | what it tells | `data` |',
    '|---|---|---|---|',
    ...Object.entries({ ...eventCatalogue }).map(row),
    '',
  ]
  await expect(page.join('\n')).toMatchFileSnapshot('../../../../docs/event-catalogue.md')
})
