import { BillfoldError } from '@billfold/core'
import type { StatementCache } from './statement-cache.ts'

/** The SQL dialect, as Kysely distinguishes them. `mysql` includes MariaDB. */
export type Dialect = 'sqlite' | 'postgres' | 'mysql'

/** The dialect of table definitions: MySQL and MariaDB name their collations differently. */
export type Flavour = Dialect | 'mariadb'

/**
 * A cluster that needs statements of its own: a MariaDB Galera Cluster, in which several servers take writes, or PostgreSQL behind
 * Pgpool-II, which sends reads to standby servers.
 */
export type Cluster = 'galera' | 'pgpool'

/** The context of a statement's text besides the write itself, and the cached texts. */
export interface Target {
  readonly dialect: Dialect
  readonly names: Names
  readonly statements: StatementCache
  readonly cluster?: Cluster | undefined
}

/** The location and naming of the tables. */
export interface Naming {
  /**
   * PostgreSQL: the schema. MySQL and MariaDB: the database. SQLite: the attached database. It must exist.
   * Default: the default schema of the connection.
   */
  readonly schema?: string
  /** Prefix of the names of all tables and indexes. Default: `billfold_`. */
  readonly tablePrefix?: string
}

/** Quotes and qualifies the names of tables and columns. */
export interface Names {
  readonly quote: (name: string) => string
  readonly table: (table: string) => string
  /** The name of a table without schema and quotes, as the catalog lists it. */
  readonly bareTable: (table: string) => string
  readonly column: (column: string) => string
  readonly index: (table: string, index: string) => string
  readonly schema: string | undefined
}

const plainIdentifier = /^[A-Za-z_][A-Za-z0-9_]{0,29}$/

/**
 * Creates the naming functions of a database. `committedAt` in core is `committed_at` in SQL.
 *
 * @throws BillfoldError `input.invalid` if `schema` or `tablePrefix` has other characters than letters, digits and
 *   underscores, or more than 30
 */
export function createNames(flavour: Flavour, { schema, tablePrefix = 'billfold_' }: Naming): Names {
  for (const [path, name] of Object.entries({ schema, tablePrefix })) {
    if (name === undefined || plainIdentifier.test(name) || (path === 'tablePrefix' && name === '')) continue
    const message = `must be 1 to 30 letters, digits or underscores, and not begin with a digit: "${name}"`
    throw new BillfoldError('input.invalid', { issues: [{ path, message }] })
  }
  const quoteCharacter = flavour === 'mysql' || flavour === 'mariadb' ? '`' : '"'
  const quote = (name: string): string => quoteCharacter + name + quoteCharacter
  const bareTable = (table: string): string => tablePrefix + toSnakeCase(table)
  return {
    quote,
    bareTable,
    table: memoize((table) => (schema === undefined ? '' : `${quote(schema)}.`) + quote(bareTable(table))),
    column: memoize((column) => quote(toSnakeCase(column))),
    index: (table, index) => `${bareTable(table)}_${toSnakeCase(index)}`,
    schema,
  }
}

/** Unbounded, since the number of table and column names is small, and every statement uses some. */
function memoize(toName: (plain: string) => string): (plain: string) => string {
  const cache = new Map<string, string>()
  return (plain) => {
    const name = cache.get(plain) ?? toName(plain)
    cache.set(plain, name)
    return name
  }
}

/** Converts `committedAt` to `committed_at`. */
export function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
