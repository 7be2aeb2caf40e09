import type { Flavour } from '../sql/dialect.ts'

/** A setting of the session that the storage depends on. */
export interface SessionRule {
  /** The name of the setting, as the manual of the database has it. */
  readonly setting: string
  /** SQL that reads it. SQLite: the name of a pragma. */
  readonly sql: string
  /** True for a value under which the storage is correct. */
  readonly accepts: (value: string) => boolean
  /** What goes wrong otherwise. */
  readonly effect: string
  readonly cure: string
}

const is =
  (...values: readonly string[]) =>
  (value: string): boolean =>
    values.includes(value.toLowerCase())

const isUtf8 = (value: string): boolean => /^utf-?8$/i.test(value)

/** A pool hook, as all of the cures for MySQL need one. */
const atConnect = (statement: string): string => `run "${statement}" when the pool opens a connection`

const mysqlRules: readonly SessionRule[] = [
  {
    setting: 'character_set_results',
    sql: '@@session.character_set_results',
    accepts: is('utf8mb4'),
    effect: 'characters outside it are read as question marks',
    cure: "remove `charset` from the options of the pool, or set it to 'utf8mb4'",
  },
  {
    setting: 'sql_mode',
    sql: '@@session.sql_mode',
    accepts: (value) => !/\bORACLE\b/.test(value),
    effect: 'transactions do not parse',
    cure: 'remove ORACLE from sql_mode; any other mode is right',
  },
  {
    setting: 'autocommit',
    sql: '@@session.autocommit',
    accepts: is('1'),
    effect: 'reads see the state of an earlier one, and single statements are not committed',
    cure: atConnect('set autocommit = 1'),
  },
  {
    setting: 'completion_type',
    sql: '@@session.completion_type',
    accepts: is('no_chain', '0'),
    effect: 'a commit opens another transaction, in which reads do not see later commits',
    cure: atConnect('set completion_type = NO_CHAIN'),
  },
  {
    setting: 'sql_select_limit',
    sql: 'cast(@@session.sql_select_limit as char)',
    accepts: (value) => BigInt(value) >= 4_294_967_295n,
    effect: 'reads leave out rows',
    cure: atConnect('set sql_select_limit = DEFAULT'),
  },
  {
    setting: 'sql_big_selects',
    sql: '@@session.sql_big_selects',
    accepts: is('1'),
    effect: 'reads and checks of large tables are refused',
    cure: atConnect('set sql_big_selects = 1'),
  },
  {
    setting: 'sql_safe_updates',
    sql: '@@session.sql_safe_updates',
    accepts: is('0'),
    effect: 'updates and deletes without a key in their condition are refused',
    cure: atConnect('set sql_safe_updates = 0'),
  },
  {
    setting: 'unique_checks',
    sql: '@@session.unique_checks',
    accepts: is('1'),
    effect: 'two rows can have one unique key',
    cure: atConnect('set unique_checks = 1'),
  },
]

/** The same variables have other names on MariaDB. */
function transactionRules(isolation: string, readOnly: string): readonly SessionRule[] {
  return [
    {
      setting: isolation,
      sql: `@@session.${isolation}`,
      accepts: (value) => !is('read-uncommitted')(value),
      effect: 'reads see rows that are rolled back afterwards',
      cure: atConnect('set session transaction isolation level read committed'),
    },
    {
      setting: readOnly,
      sql: `@@session.${readOnly}`,
      accepts: is('0'),
      effect: 'every write is refused',
      cure: atConnect('set session transaction read write'),
    },
  ]
}

/** The settings that the storage depends on; any other may have any value. */
export const sessionRules: Readonly<Record<Flavour, readonly SessionRule[]>> = {
  mysql: [...mysqlRules, ...transactionRules('transaction_isolation', 'transaction_read_only')],
  mariadb: [
    ...mysqlRules,
    ...transactionRules('tx_isolation', 'tx_read_only'),
    {
      setting: 'check_constraint_checks',
      sql: '@@session.check_constraint_checks',
      accepts: is('1'),
      effect: 'sums out of range are stored',
      cure: atConnect('set check_constraint_checks = 1'),
    },
  ],
  postgres: [
    {
      setting: 'client_encoding',
      sql: `current_setting('client_encoding')`,
      accepts: isUtf8,
      effect: 'text is read wrongly, or not at all',
      cure: "remove `client_encoding` from the options of the pool, and PGCLIENTENCODING, or set it to 'UTF8'",
    },
    {
      setting: 'server_encoding',
      sql: `current_setting('server_encoding')`,
      accepts: isUtf8,
      effect: 'characters outside it cannot be stored',
      cure: "create the database with encoding 'UTF8'",
    },
    {
      setting: 'transaction_read_only',
      sql: `current_setting('transaction_read_only')`,
      accepts: is('off'),
      effect: 'every write is refused',
      cure: 'set default_transaction_read_only = off for the role and the database, or connect to the primary server',
    },
    {
      setting: 'search_path',
      sql: `coalesce(current_schema(), '')`,
      accepts: (value) => value !== '',
      effect: 'no schema of it exists, so that tables are not found',
      cure: 'set search_path to a schema that exists, or name it in the option `schema`',
    },
  ],
  sqlite: [
    {
      setting: 'count_changes',
      sql: 'count_changes',
      accepts: is('0'),
      effect: 'writes return rows, and the driver does not report how many they changed',
      cure: 'remove `pragma count_changes`',
    },
    {
      setting: 'query_only',
      sql: 'query_only',
      accepts: is('0'),
      effect: 'every write is refused',
      cure: 'remove `pragma query_only`',
    },
    {
      setting: 'ignore_check_constraints',
      sql: 'ignore_check_constraints',
      accepts: is('0'),
      effect: 'sums out of range are stored',
      cure: 'remove `pragma ignore_check_constraints`',
    },
    {
      setting: 'read_uncommitted',
      sql: 'read_uncommitted',
      accepts: is('0'),
      effect: 'reads see rows that are rolled back afterwards',
      cure: 'remove `pragma read_uncommitted`',
    },
  ],
}
