import { appliedBatches } from '@billfold/core/storage'
import { listTestDatabases } from '@billfold/test-databases'
import { describeStorage } from '@billfold/testing'
import { expect, test } from 'vitest'
import { createTables } from '../schema/create-tables.ts'
import { migrate } from '../schema/migrate.ts'
import { kyselyStorage } from '../kysely-storage.ts'

/** Sessions that are unusual and suitable: as many settings at once as can be combined. */
const sessions = {
  mysql: {
    'every SQL mode but ORACLE, without strictness': [
      `set sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI,ANSI_QUOTES,PIPES_AS_CONCAT,IGNORE_SPACE,HIGH_NOT_PRECEDENCE,PAD_CHAR_TO_FULL_LENGTH'`,
    ],
    'strict modes, another time zone, serializable reads': [
      `set sql_mode = 'TRADITIONAL,NO_BACKSLASH_ESCAPES,ONLY_FULL_GROUP_BY,NO_UNSIGNED_SUBTRACTION'`,
      'set session transaction isolation level serializable',
      `set time_zone = '+05:30', lc_time_names = 'de_DE', sql_auto_is_null = 1, sql_warnings = 1`,
    ],
    'a client that sends latin1': ['set character_set_client = latin1, collation_connection = latin1_german1_ci'],
  },
  postgres: {
    'backslash escapes, other formats, serializable': [
      'set standard_conforming_strings = off',
      'set bytea_output = escape',
      `set timezone = 'Asia/Kolkata'`,
      `set datestyle = 'SQL, DMY'`,
      `set intervalstyle = 'postgres_verbose'`,
      'set extra_float_digits = 0',
      'set transform_null_equals = on',
      'set array_nulls = off',
      'set plan_cache_mode = force_custom_plan',
      `set default_transaction_isolation = 'serializable'`,
      'set default_transaction_deferrable = on',
    ],
    'repeatable read': [`set default_transaction_isolation = 'repeatable read'`],
  },
  sqlite: {
    'every pragma that changes results': [
      'pragma recursive_triggers = on',
      'pragma reverse_unordered_selects = on',
      'pragma full_column_names = on',
      'pragma short_column_names = off',
      'pragma case_sensitive_like = on',
      'pragma automatic_index = off',
    ],
  },
} as const satisfies Record<string, Readonly<Record<string, readonly string[]>>>

/** Modes that only MariaDB has. */
const mariadbModes = [
  `set sql_mode = 'NO_BACKSLASH_ESCAPES,EMPTY_STRING_IS_NULL,SIMULTANEOUS_ASSIGNMENT,MSSQL,MAXDB,DB2,POSTGRESQL'`,
]

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect, kind, name } = database
  if (kind === 'pglite') continue // one connection, whose settings the suite cannot choose
  const named: [string, readonly string[]][] = Object.entries(sessions[dialect])
  if (name.startsWith('MariaDB')) named.push(['the SQL modes of MariaDB', mariadbModes])

  for (const [session, statements] of named) {
    describeStorage(`Kysely on ${name}, ${session}`, async (tables) => {
      const fresh = await database.create()
      await createTables(fresh.connect(), { dialect }, [appliedBatches, ...tables])
      const connectStorage = () => {
        const { db, driver } = fresh.connectWithSession(statements)
        return kyselyStorage(db, { dialect, ...driver })
      }
      return { storages: [connectStorage(), connectStorage(), connectStorage()], close: fresh.drop }
    })

    test(`migrate() and verify() accept ${name}, ${session}`, async () => {
      const fresh = await database.create()
      const { db, driver } = fresh.connectWithSession(statements)
      await migrate(db, { dialect })
      await expect(kyselyStorage(db, { dialect, ...driver }).verify()).resolves.toBeUndefined()
      await fresh.drop()
    })
  }
}
