import { type Flavour, type Naming, namesOf } from '../sql/dialect.ts'
import { createLogSql, logSql } from './migration-log.ts'
import { migrations } from './migrations/index.ts'
import { type SchemaTarget, stepSql } from './schema-sql.ts'

/** How tables are named, and which version a database has. */
export interface PrintOptions extends Naming {
  /** The version that the database has: 0, which is none, unless it is named. */
  readonly from?: number
}

/**
 * The SQL that brings an empty database, or one of the version `from`, to the newest version, for teams who apply migrations
 * by their own means. Applied by hand it is noted just as {@link migrate} notes it.
 *
 * @throws BillfoldError `input.invalid` when a prefix or schema is no plain name
 */
export function printMigrations(flavour: Flavour, { from = 0, ...naming }: PrintOptions = {}): string {
  const target: SchemaTarget = { flavour, names: namesOf(flavour, naming) }
  const transaction = flavour === 'sqlite' || flavour === 'postgres'
  const versions = migrations
    .filter(({ version }) => version > from)
    .map(({ version, steps }) => [
      `-- version ${version}`,
      ...steps.flatMap((step) => stepSql(target, step)).map((sql) => `${sql};`),
      `${logSql(target, version)};`,
    ])
  const lines = [`${createLogSql(target)};`, ...versions.flat()]
  return `${(transaction ? ['begin;', ...lines, 'commit;'] : lines).join('\n')}\n`
}
