import { describe, expect, it } from 'vitest'
import { firstProgram } from './first-steps.ts'
import { parseDocument } from './markdown.ts'

const page = (text: string) => parseDocument('docs/custody.md', text).blocks
const visible = (code: string) => `\`\`\`js\n${code}\n\`\`\`\n\n`
const hidden = (code: string) => `<!-- js\n${code}\n-->\n\n`
const codes = (path: string, text: string) => firstProgram(path, page(text)).map(({ code }) => code.trim())

describe('the first program of a page', () => {
  const text = hidden('setup()') + visible('first()') + visible('second()') + hidden('check()') + visible('third()')

  it('has the visible blocks up to the first check, and no hidden one', () => {
    expect(codes('docs/custody.md', text)).toEqual(['first()', 'second()'])
  })

  it('has all blocks of a page without hidden ones', () => {
    expect(codes('docs/custody.md', visible('first()') + visible('second()'))).toEqual(['first()', 'second()'])
  })

  it('is empty on pages that continue others, and without runnable blocks', () => {
    expect(codes('docs/operations.md', text)).toEqual([])
    expect(codes('docs/custody.md', '```sh\nls\n```\n')).toEqual([])
    expect(codes('docs/custody.md', hidden('setup()'))).toEqual([])
  })
})
