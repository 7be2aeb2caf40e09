/**
 * What an error of a database, a driver or the network means.
 * - `duplicate`: unique key violation
 * - `range`: number out of range
 * - `schema`: missing database, table or column
 * - `conflict`: deadlock, serialization failure or lock timeout; rolled back, safe to retry
 * - `lost`: no connection, or the outcome of the statement is unknown
 * - `unanswered`: no answer within the time limit of the storage; the outcome of the statement is unknown
 * - `busy`: the server ran out of time, memory, disk or connections, or is not ready yet
 * - `read-only`: a standby server, or a server or session that takes no writes
 * - `refused`: the server does not let this account in, or not do this
 * - `fault`: a mistake in a statement or in the server; anything that is not listed
 */
export type DriverErrorKind =
  | 'duplicate'
  | 'range'
  | 'schema'
  | 'conflict'
  | 'lost'
  | 'unanswered'
  | 'busy'
  | 'read-only'
  | 'refused'
  | 'fault'

type Classes = Readonly<Record<string, DriverErrorKind>>

/** The classes of SQLSTATE, as PostgreSQL has them (PostgreSQL 17, appendix A). */
export const sqlStateClasses: Classes = {
  ...Object.fromEntries(
    '00 01 02 03 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 2B 2D 2F 34 38 39 3B 42 44 54 55 58 F0 HV P0 XX'
      .split(' ')
      .map((each) => [each, 'fault'] as const),
  ),
  '08': 'lost',
  '28': 'refused',
  '3D': 'schema',
  '3F': 'schema',
  '40': 'conflict',
  '53': 'busy',
  '57': 'lost',
  '72': 'conflict',
}

/** The states that differ from their class. */
export const sqlStates: Classes = {
  '22003': 'range',
  '23505': 'duplicate',
  '23514': 'range',
  '25006': 'read-only',
  '25P03': 'lost', // idle_in_transaction_session_timeout
  '25P04': 'lost', // transaction_timeout
  '40002': 'fault',
  '40003': 'lost',
  '42501': 'refused',
  '42703': 'schema',
  '42P01': 'schema',
  '55006': 'busy',
  '55P03': 'conflict',
  '57014': 'busy', // statement_timeout, and cancellation by an operator
  '58030': 'busy',
}

/** Error numbers of MySQL 8 and MariaDB, and of their client libraries (from 2000). All others are faults. */
export const mysqlNumbers: readonly (readonly [DriverErrorKind, readonly number[]])[] = [
  ['duplicate', [1022, 1062, 1169, 1586]],
  ['range', [1264, 1690, 3819, 4025]],
  ['schema', [1049, 1054, 1146]],
  ['conflict', [1020, 1205, 1213, 1317, 1412, 1613, 1614, 1689, 3058, 3572]],
  [
    'lost',
    [
      1043, 1053, 1077, 1078, 1079, 1080, 1152, 1154, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1835, 1927, 2002, 2003,
      2005, 2006, 2013, 2055, 3032, 3169, 4031,
    ],
  ],
  // 1047: a node of Galera that is not in the primary component.
  [
    'busy',
    [
      1003, 1021, 1026, 1028, 1030, 1037, 1038, 1040, 1041, 1047, 1114, 1135, 1203, 1206, 1223, 1226, 1461, 1637, 1878,
      1969, 3024, 3168,
    ],
  ],
  ['read-only', [1036, 1290, 1792, 1836, 1874]],
  [
    'refused',
    [
      1044, 1045, 1129, 1130, 1131, 1132, 1133, 1142, 1143, 1227, 1251, 1370, 1524, 1698, 1820, 1862, 1873, 3118, 3159,
      4151,
    ],
  ],
]

/** The result codes of SQLite; the extended ones begin with these, except the listed. */
export const sqliteCodes: Classes = {
  SQLITE_CONSTRAINT_UNIQUE: 'duplicate',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'duplicate',
  SQLITE_CONSTRAINT_CHECK: 'range',
  SQLITE_BUSY: 'conflict',
  SQLITE_LOCKED: 'conflict',
  SQLITE_PROTOCOL: 'conflict',
  SQLITE_SCHEMA: 'conflict',
  SQLITE_FULL: 'busy',
  SQLITE_IOERR: 'busy',
  SQLITE_NOMEM: 'busy',
  SQLITE_CANTOPEN: 'busy',
  SQLITE_INTERRUPT: 'busy',
  SQLITE_READONLY: 'read-only',
  SQLITE_PERM: 'refused',
  SQLITE_AUTH: 'refused',
}

/** Codes of Node and of the drivers. */
export const connectionCodes: readonly (readonly [RegExp, DriverErrorKind])[] = [
  [
    /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|PROTOCOL_\w+|POOL_\w+)$/,
    'lost',
  ],
  [/^BILLFOLD_UNANSWERED$/, 'unanswered'],
  [/^(EMFILE|ENFILE|ENOBUFS|ENOSPC|ENOMEM)$/, 'busy'],
  [/^(CERT_\w+|ERR_TLS_\w+|\w+_SELF_SIGNED_CERT|SELF_SIGNED_\w+|UNABLE_TO_\w+|HANDSHAKE_\w+|EACCES)$/, 'refused'],
]

/** Messages of errors without a code. */
export const messages: readonly (readonly [DriverErrorKind, RegExp])[] = [
  ['duplicate', /UNIQUE constraint failed/],
  ['conflict', /database (table )?is locked/],
  [
    'lost',
    /connection terminated|connection error|not queryable|closed state|connection is closed|timeout exceeded when trying to connect|socket has been ended|server closed the connection|connection lost|pool is closed|already been destroyed|pool after calling end|database connection is not open/i,
  ],
  ['range', /cannot store REAL value in INTEGER column|CHECK constraint failed/],
  ['schema', /no such (table|column)|has no column named/],
  ['busy', /database or disk is full|disk I\/O error|unable to open database file/],
  ['read-only', /attempt to write a readonly database/],
]
