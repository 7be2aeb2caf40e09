import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorTable } from '@billfold/core'
import { root } from './repository.ts'

const page = 'docs/errors.md'
const [begin, end] = ['<!-- errors: made by `npm run docs` -->', '<!-- end of errors -->']

/** The page of errors with the table as the code has it now. */
function current(): { readonly kept: string; readonly wanted: string } {
  const kept = readFileSync(join(root, page), 'utf8')
  const [before = '', rest = ''] = kept.split(begin)
  const after = rest.split(end)[1] ?? ''
  return { kept, wanted: `${before}${begin}\n\n${table()}\n${end}${after}` }
}

/** Every code, with the status that it has unless an API's document says otherwise. */
function table(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { status, message }]) => `| \`${code}\` | ${status} | ${message} |`,
  )
  return ['| code | status | message |', '|---|---|---|', ...rows, ''].join('\n')
}

/** Writes the table into the page. */
export function writeErrorPage(): void {
  const { kept, wanted } = current()
  if (kept !== wanted) writeFileSync(join(root, page), wanted)
}
