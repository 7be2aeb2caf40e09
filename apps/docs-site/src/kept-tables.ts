import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { auditActions, errorTable, auditLogFindings } from '@billfold/core'
import { root } from './repository.ts'

/** A table of a page that says what the code says, between two comments that name it. */
interface KeptTable {
  readonly page: string
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const keptTables: readonly KeptTable[] = [
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
export function writeKeptTables(): void {
  for (const table of keptTables) {
    const { kept, wanted } = pageWith(table)
    if (kept !== wanted) writeFileSync(join(root, table.page), wanted)
  }
}

/** The tables that say something else than the code. */
export function tableFaults(): readonly string[] {
  return keptTables.flatMap((table) => {
    const { kept, wanted } = pageWith(table)
    return kept === wanted ? [] : [`${table.page}: the table of ${table.name} is not what the code says: npm run docs`]
  })
}

/** The page as it is, and with the table as the code has it now. */
function pageWith(table: KeptTable): { readonly kept: string; readonly wanted: string } {
  const [begin, end] = [`<!-- ${table.name}: made by \`npm run docs\` -->`, `<!-- end of ${table.name} -->`]
  const kept = readFileSync(join(root, table.page), 'utf8')
  const [before = '', rest = ''] = kept.split(begin)
  return { kept, wanted: `${before}${begin}\n\n${markdown(table)}\n${end}${rest.split(end)[1] ?? ''}` }
}

function markdown({ columns, rows }: KeptTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(columns), `|${columns.map(() => '---|').join('')}`, ...rows.map(line), ''].join('\n')
}
