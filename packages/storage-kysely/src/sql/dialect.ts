import { BillfoldError } from '@billfold/core'
import type { KeptTexts } from './kept-texts.ts'

/** The databases, as Kysely tells them apart. `mysql` is MariaDB as well. */
export type Dialect = 'sqlite' | 'postgres' | 'mysql'

/** The databases, as their table definitions differ: MySQL and MariaDB name their collations differently. */
export type Flavour = Dialect | 'mariadb'

/** What the text of a statement depends on beside what it does; and the texts that were written for it. */
export interface Target {
  readonly dialect: Dialect
  readonly names: Names
  readonly texts: KeptTexts
}

/** Where the tables are and what they are called. */
export interface Naming {
  /** PostgreSQL: the schema; MySQL and MariaDB: the database. It must exist. Default: wherever the connection looks. */
  readonly schema?: string
  /** What the names of all tables and indexes begin with. Default: `billfold_`. */
  readonly tablePrefix?: string
}

/** The names of one database, quoted. */
export interface Names {
  readonly quote: (name: string) => string
  readonly table: (table: string) => string
  /** The name of a table without schema and quotes, as catalogs have it. */
  readonly bareTable: (table: string) => string
  readonly column: (column: string) => string
  readonly index: (table: string, index: string) => string
  readonly schema: string | undefined
}

const plainName = /^[A-Za-z_][A-Za-z0-9_]{0,29}$/

/**
 * How things are named: `committedAt` of core is `committed_at` in SQL.
 *
 * @throws BillfoldError `input.invalid` when a prefix or schema is no plain name of at most 30 letters, digits and underscores
 */
export function namesOf(flavour: Flavour, { schema, tablePrefix = 'billfold_' }: Naming): Names {
  for (const [path, name] of Object.entries({ schema, tablePrefix })) {
    const plain = name === undefined || plainName.test(name) || (path === 'tablePrefix' && name === '')
    if (!plain) throw new BillfoldError('input.invalid', { issues: [{ path, message: 'must be a plain name' }] })
  }
  const mark = flavour === 'mysql' || flavour === 'mariadb' ? '`' : '"'
  const quote = (name: string): string => mark + name + mark
  const bareTable = (table: string): string => tablePrefix + snakeCase(table)
  return {
    quote,
    bareTable,
    table: remembered((table) => (schema === undefined ? '' : `${quote(schema)}.`) + quote(bareTable(table))),
    column: remembered((column) => quote(snakeCase(column))),
    index: (table, index) => `${bareTable(table)}_${snakeCase(index)}`,
    schema,
  }
}

/** Tables and columns are few, and every statement names some. */
function remembered(name: (plain: string) => string): (plain: string) => string {
  const known = new Map<string, string>()
  return (plain) => {
    const found = known.get(plain) ?? name(plain)
    known.set(plain, found)
    return found
  }
}

/** `committedAt` as SQL writes it: `committed_at`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
