import { isBillfoldError, type Issue } from '@billfold/core'
import { listTestDatabases } from '@billfold/test-databases'
import { Kysely, MysqlDialect } from 'kysely'
import { createPool, type PoolOptions } from 'mysql2'
import { describe, expect, test } from 'vitest'
import { migrate } from '../schema/migrate.ts'
import { kyselyStorage } from '../kysely-storage.ts'
import { sessionRules } from './session-rules.ts'
import { verifySession } from './verify-session.ts'

/** One statement for each setting that makes it unsuitable. */
const unsuitable: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mysql: {
    character_set_results: 'set character_set_results = latin1',
    sql_mode: `set sql_mode = 'ORACLE'`,
    autocommit: 'set autocommit = 0',
    completion_type: 'set completion_type = CHAIN',
    sql_select_limit: 'set sql_select_limit = 3',
    sql_big_selects: 'set sql_big_selects = 0',
    sql_safe_updates: 'set sql_safe_updates = 1',
    unique_checks: 'set unique_checks = 0',
    tx_isolation: 'set session transaction isolation level read uncommitted',
    tx_read_only: 'set session transaction read only',
    check_constraint_checks: 'set check_constraint_checks = 0',
  },
  postgres: {
    client_encoding: `set client_encoding = 'LATIN1'`,
    transaction_read_only: 'set default_transaction_read_only = on',
    search_path: 'set search_path = misspelled',
  },
  sqlite: {
    count_changes: 'pragma count_changes = on',
    query_only: 'pragma query_only = on',
    ignore_check_constraints: 'pragma ignore_check_constraints = on',
    read_uncommitted: 'pragma read_uncommitted = on',
  },
}

async function listIssues(work: Promise<unknown>): Promise<readonly Issue[]> {
  const error = await work.catch((thrown: unknown) => thrown)
  if (!isBillfoldError(error, 'storage.session-mismatch')) throw new Error('expected a mismatch', { cause: error })
  return error.issues
}

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect, kind, name } = database
  if (kind === 'pglite') continue // the settings of its one connection would stay
  const settings = Object.entries(unsuitable[dialect] ?? {}).filter(
    ([setting]) => name.startsWith('MariaDB') || dialect !== 'mysql' || !/^(tx_|check_constraint)/.test(setting),
  )

  describe(`an unsuitable session on ${name}`, () => {
    test.each(settings)(
      'is refused by verify() and migrate(), which name %s and the cure',
      async (setting, statement) => {
        const fresh = await database.create()
        const { db } = fresh.connectWithSession([statement])
        const expected = [{ path: `session.${setting}`, message: expect.stringMatching(/^is ".*": .+; .+/) }]
        expect(await listIssues(kyselyStorage(db, { dialect }).verify())).toEqual(expected)
        expect(await listIssues(migrate(db, { dialect }))).toEqual(expected)
        await fresh.drop()
      },
    )
  })
}

test('every rule of MariaDB, PostgreSQL and SQLite has a session that breaks it', () => {
  const broken = Object.values(unsuitable).flatMap((settings) => Object.keys(settings))
  const rules = [sessionRules.mariadb, sessionRules.postgres, sessionRules.sqlite].flat()
  // The encoding of a database is chosen when it is created: below, with a server that reports another one.
  expect([...broken, 'server_encoding'].toSorted()).toEqual(rules.map(({ setting }) => setting).toSorted())
})

test('a database in another encoding is refused', async () => {
  const rows = [{ probe: 1, setting_0: 'UTF8', setting_1: 'SQL_ASCII', setting_2: 'off', setting_3: 'public' }]
  const issues = await listIssues(verifySession(async () => ({ rows, affectedRows: 0 }), { dialect: 'postgres' }))
  expect(issues.map(({ path }) => path)).toEqual(['session.server_encoding'])
})

test('a search path without schemas is suitable for a storage with a schema of its own', async () => {
  const rows = [{ probe: 1, setting_0: 'UTF8', setting_1: 'UTF8', setting_2: 'off' }]
  const issues = await listIssues(
    verifySession(async () => ({ rows, affectedRows: 0 }), { dialect: 'postgres', schema: 'ours' }),
  )
  // Only the probe fails, which this server does not answer.
  expect(issues.map(({ path }) => path)).toEqual(['session.text', 'session.bytes'])
})

for (const database of (await listTestDatabases({ servers: 'always' })).filter(({ kind }) => kind === 'mysql')) {
  const options: readonly [string, PoolOptions, string][] = [
    ['charset: latin1', { charset: 'latin1' }, 'session.character_set_results'],
    ['charset: utf8mb3', { charset: 'utf8' }, 'session.character_set_results'],
    ['rowsAsArray', { rowsAsArray: true }, 'session.rows'],
    [
      'a typeCast that changes text',
      { typeCast: (field, next) => (field.type === 'VAR_STRING' ? field.string()?.toUpperCase() : next()) },
      'session.text',
    ],
  ]
  test.each(options)(`a pool of mysql2 with %s is refused on ${database.name}`, async (_, pool, path) => {
    const fresh = await database.create()
    const db = new Kysely<Readonly<Record<never, never>>>({
      dialect: new MysqlDialect({ pool: createPool({ uri: fresh.url ?? '', ...pool }) }),
    })
    const issues = await listIssues(kyselyStorage(db, { dialect: 'mysql' }).verify())
    expect(issues.map((issue) => issue.path)).toContain(path)
    await db.destroy()
    await fresh.drop()
  })
}
