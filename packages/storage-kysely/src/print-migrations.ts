import { type Flavour, type Naming, namesOf } from './dialect.ts'
import { createLogSql, logSql } from './migration-log.ts'
import { migrations } from './migrations/index.ts'
import { type SchemaTarget, stepSql } from './schema-sql.ts'

/**
 * The SQL that makes all tables in an empty database, for teams who apply migrations by their own means. Applied by hand it
 * is noted just as {@link migrate} notes it.
 *
 * @throws BillfoldError `input.invalid` when a prefix or schema is no plain name
 */
export function printMigrations(flavour: Flavour, naming: Naming = {}): string {
  const target: SchemaTarget = { flavour, names: namesOf(flavour, naming) }
  const transaction = flavour === 'sqlite' || flavour === 'postgres'
  const versions = migrations.map(({ version, steps }) => [
    `-- version ${version}`,
    ...steps.flatMap((step) => stepSql(target, step)).map((sql) => `${sql};`),
    `${logSql(target, version)};`,
  ])
  const lines = [`${createLogSql(target)};`, ...versions.flat()]
  return `${(transaction ? ['begin;', ...lines, 'commit;'] : lines).join('\n')}\n`
}
