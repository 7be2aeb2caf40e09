import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { parseDocument } from './markdown.ts'
import { pageModule } from './page-module.ts'

const page = `# Title

<!-- js
import { a } from 'one'
const hidden = 1
-->
\`\`\`js
import { a, b as c } from 'one'
export const shown = hidden
\`\`\`

Text.

\`\`\`ts
import type { D } from 'two'
const shown: D = 2
\`\`\`
`

describe('the blocks of a page as one module', () => {
  const text = pageModule(parseDocument('page.md', page).blocks)

  it('preserves the line numbers of the page', () => {
    const lines = text.split('\n')
    expect(lines[4]).toBe('const hidden = 1')
    expect(lines[8]?.trim()).toBe('const shown = hidden')
    expect(lines[15]).toBe('const shown: D = 2')
  })

  it('puts every import first, without duplicates', () => {
    const imports = text.split('\n')[0]?.split('; ')
    expect(imports).toEqual(["import { a } from 'one'", "import { b as c } from 'one'", "import type { D } from 'two'"])
  })

  it('lets a block use and redeclare names of the blocks above', () => {
    const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true })
    expect(diagnostics).toEqual([])
    expect(text.trim().endsWith('}}}\nexport {}')).toBe(true)
  })
})
