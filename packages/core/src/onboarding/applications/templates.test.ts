import { describe, expect, it } from 'vitest'
import { detectFileType } from './file-types.ts'
import { compileTemplates, type ApplicationTemplate } from './templates.ts'

const attribute = {
  id: 'a',
  schemaId: 'http://schemas.example/a',
  required: true,
  schema: { type: 'string', maxLength: 3 },
}
const template: ApplicationTemplate = {
  id: 7,
  name: 'T',
  attributes: [attribute, { id: 2, schema: { $id: 'http://schemas.example/a', type: 'number' } }],
}

describe('templates', () => {
  const listIssues = (attributes: readonly { id: string; schemaId?: string; data: { value?: unknown } }[]) =>
    compileTemplates([template]).get('7')?.validate(attributes)

  it('match attributes by id or by schema id', () => {
    expect(listIssues([{ id: 'a', data: { value: 'x' } }])).toEqual([])
    expect(listIssues([{ id: 'http://schemas.example/a', data: { value: 'x' } }])).toEqual([])
    expect(
      listIssues([
        { id: 'theirs', schemaId: 'http://schemas.example/a', data: { value: 'x' } },
        { id: '2', data: { value: 1 } },
      ]),
    ).toEqual([])
  })

  it('report issues without the submitted values', () => {
    const issues = listIssues([
      { id: 'a', data: { value: 'secret' } },
      { id: '2', data: { value: 'secret' } },
    ])
    expect(issues).toHaveLength(2)
    expect(JSON.stringify(issues)).not.toContain('secret')
  })

  it('report at most 200 issues', () => {
    const attributes = Array.from({ length: 1000 }, () => ({ id: 'unasked', data: { value: 1 } }))
    expect(listIssues(attributes)).toHaveLength(200)
  })

  it.each<readonly [string, readonly ApplicationTemplate[]]>([
    ['duplicate template id 7', [template, { ...template, id: '7' }]],
    ['has a duplicate attribute id a', [{ ...template, attributes: [attribute, attribute] }]],
    ['schema is invalid', [{ ...template, attributes: [{ id: 'a', schema: { type: 'nothing' } }] }]],
    [
      "can't resolve reference",
      [{ ...template, attributes: [{ id: 'a', schema: { $ref: 'http://schemas.example/elsewhere' } }] }],
    ],
  ])('are rejected at startup with "%s"', (message, templates) => {
    expect(() => compileTemplates(templates)).toThrow(message)
  })
})

describe('detectFileType', () => {
  it.each([
    ['image/jpeg', 'ffd8ffe000104a464946000101000001'],
    ['image/png', '89504e470d0a1a0a0000000d49484452'],
    ['image/webp', '52494646aabbccdd5745425056503820'],
    ['image/heic', '0000001c667479706865696300000000'],
    ['application/pdf', '255044462d312e370a25e2e3cfd30a31'],
    ['application/pdf', 'efbbbf0a255044462d312e37'],
    ['application/pdf', `${'20'.repeat(1019)}255044462d`],
    [undefined, `${'20'.repeat(1020)}255044462d`],
    ['image/png', '89504e470d0a1a0a255044462d312e37'],
    [undefined, '47494638396101000100800000ffffff'],
    [undefined, '52494646aabbccdd57415645666d7420'],
    [undefined, '0000001c6674797069736f6d00000000'],
    [undefined, '3c7376672078'],
    [undefined, ''],
  ])('returns %s for the header %s', (type, head) => {
    expect(detectFileType(Buffer.from(head, 'hex'))).toBe(type)
  })
})
