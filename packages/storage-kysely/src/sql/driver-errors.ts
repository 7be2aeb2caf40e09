import { BillfoldError, isBillfoldError } from '@billfold/core'
import { isCommitError } from '@billfold/core/storage'
import {
  connectionCodes,
  type DriverErrorKind,
  messages,
  mysqlNumbers,
  sqliteCodes,
  sqlStateClasses,
  sqlStates,
} from './driver-error-codes.ts'

export type { DriverErrorKind } from './driver-error-codes.ts'

/** True for errors after which the caller may try again: the cause is outside of the request. */
const outages: ReadonlySet<DriverErrorKind> = new Set([
  'conflict',
  'lost',
  'unanswered',
  'busy',
  'read-only',
  'refused',
])

/** True if no other form of the same statement can succeed now. */
export function isOutage(error: unknown): boolean {
  return outages.has(classifyDriverError(error))
}

const kindsByNumber = new Map(
  mysqlNumbers.flatMap(([kind, numbers]) => numbers.map((number) => [number, kind] as const)),
)

/** Classifies an error of any of the drivers. */
export function classifyDriverError(error: unknown): DriverErrorKind {
  const code = readField(error, 'code')
  const number = readField(error, 'errno')
  const message = error instanceof Error ? error.message : ''
  return (
    (typeof code === 'string' ? classifyCode(code) : undefined) ??
    (typeof number === 'number' ? kindsByNumber.get(number) : undefined) ??
    messages.find(([, pattern]) => pattern.test(message))?.[0] ??
    'fault'
  )
}

/** Returns undefined for a code that says too little. */
function classifyCode(code: string): DriverErrorKind | undefined {
  const connection = connectionCodes.find(([pattern]) => pattern.test(code))
  if (connection !== undefined) return connection[1]
  if (code.startsWith('SQLITE_')) {
    const [, primary = ''] = /^(SQLITE_[A-Z]+)/.exec(code) ?? []
    return sqliteCodes[code] ?? sqliteCodes[primary]
  }
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined
  const kind = sqlStates[code] ?? sqlStateClasses[code.slice(0, 2)]
  return kind === 'fault' ? undefined : kind
}

/** Converts a driver error to the error that the caller sees. A `CommitError` or `BillfoldError` is returned unchanged. */
export function toStorageError(error: unknown): unknown {
  if (isCommitError(error) || isBillfoldError(error)) return error
  const kind = classifyDriverError(error)
  const cause = redactDriverError(error, kind)
  if (outages.has(kind)) return new BillfoldError('storage.unavailable', { cause })
  return new BillfoldError(kind === 'schema' ? 'storage.schema-mismatch' : 'unexpected', { cause })
}

const safeFields = [
  'code',
  'errno',
  'sqlState',
  'table',
  'column',
  'constraint',
  'routine',
  'syscall',
  'address',
  'port',
]

/** Keeps only codes and names: drivers put values and whole statements into their errors, and no row data may reach a log. */
function redactDriverError(error: unknown, kind: DriverErrorKind): Error {
  const details = safeFields.flatMap((name) => {
    const value = readField(error, name)
    return typeof value === 'string' || typeof value === 'number' ? [`${name} ${value}`] : []
  })
  const cure = kind === 'schema' ? schemaCure(error) : cures[kind]
  return new Error(
    `database driver error: ${details.length > 0 ? details.join(', ') : kind}${cure === undefined ? '' : `; ${cure}`}`,
  )
}

const cures: Readonly<Partial<Record<DriverErrorKind, string>>> = {
  unanswered:
    'no answer within statementTimeoutMs: a synchronous standby is gone, a row is locked, or all connections of the pool are in use',
  busy: 'the server ran out of time, memory, disk or connections, or is not ready',
  'read-only': 'the server takes no writes: connect to the primary server, and let the pool reconnect after a failover',
  refused: 'the server refuses this account, or what it may do: check its password, certificate and privileges',
}

function schemaCure(error: unknown): string {
  return isMissingDatabase(error)
    ? 'the database does not exist: create it, or correct its name in the settings of the connection'
    : 'a table or column is missing: run "billfold migrate", and check the name of the database, and the options schema and tablePrefix'
}

/** True if the server has no database of the name that the connection asks for. */
export function isMissingDatabase(error: unknown): boolean {
  return readField(error, 'code') === '3D000' || readField(error, 'errno') === 1049
}

/** Reads the table name from an error of PostgreSQL. */
export function readErrorTable(error: unknown): unknown {
  return readField(error, 'table')
}

/** Reads the error number of MySQL and MariaDB. */
export function readErrorNumber(error: unknown): unknown {
  return readField(error, 'errno')
}

function readField(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null && name in error ? Reflect.get(error, name) : undefined
}
