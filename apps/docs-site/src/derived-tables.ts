import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { auditActions, errorTable, auditLogFindings } from '@billfold/core'
import { root } from './repository.ts'

/** A table of a page that is generated from the code, between two comments that name it. */
interface DerivedTable {
  readonly page: string
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const derivedTables: readonly DerivedTable[] = [
  {
    page: 'docs/errors.md',
    name: 'errors',
    columns: ['code', 'status', 'message'],
    // The status that it has unless an API's document says otherwise.
    rows: Object.entries(errorTable).map(([code, { status, message }]) => [`\`${code}\``, String(status), message]),
  },
  {
    page: 'docs/audit.md',
    name: 'acts',
    columns: ['act', 'what was done'],
    rows: Object.entries(auditActions).map(([act, meaning]) => [`\`${act}\``, meaning]),
  },
  {
    page: 'docs/audit.md',
    name: 'findings',
    columns: ['finding', 'what it means'],
    rows: Object.entries(auditLogFindings).map(([finding, meaning]) => [`\`${finding}\``, meaning]),
  },
]

/** Writes the tables into their pages. */
export function writeDerivedTables(): void {
  for (const table of derivedTables) {
    const { current, wanted } = pageWith(table)
    if (current !== wanted) writeFileSync(join(root, table.page), wanted)
  }
}

/** The tables that differ from the code, one line each. */
export function tableFaults(): readonly string[] {
  return derivedTables.flatMap((table) => {
    const { current, wanted } = pageWith(table)
    return current === wanted ? [] : [`${table.page}: the table of ${table.name} differs from the code: run npm run docs`]
  })
}

/** The page as it is, and with the table generated from the code. */
function pageWith(table: DerivedTable): { readonly current: string; readonly wanted: string } {
  const [begin, end] = [`<!-- ${table.name}: made by \`npm run docs\` -->`, `<!-- end of ${table.name} -->`]
  const current = readFileSync(join(root, table.page), 'utf8')
  const [before = '', rest = ''] = current.split(begin)
  return { current, wanted: `${before}${begin}\n\n${markdown(table)}\n${end}${rest.split(end)[1] ?? ''}` }
}

function markdown({ columns, rows }: DerivedTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(columns), `|${columns.map(() => '---|').join('')}`, ...rows.map(line), ''].join('\n')
}
