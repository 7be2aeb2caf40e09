import { BillfoldError, isBillfoldError } from '@billfold/core'
import { isCommitError } from '@billfold/core/storage'

/**
 * Classification of a driver error.
 * - `duplicate`: unique key violation
 * - `conflict`: deadlock, serialization failure or lock timeout; rolled back, safe to retry
 * - `lost`: no connection, or the outcome of the statement is unknown
 * - `range`: number out of range
 * - `schema`: missing table or column
 */
export type DriverErrorKind = 'duplicate' | 'conflict' | 'lost' | 'range' | 'schema' | 'other'

/** SQLSTATEs of PostgreSQL, error codes of Node and of the drivers. */
const codes: Readonly<Record<Exclude<DriverErrorKind, 'other'>, RegExp>> = {
  duplicate: /^(23505|SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY))$/,
  conflict: /^(40001|40P01|55P03|SQLITE_(BUSY|LOCKED)\w*)$/,
  lost: /^(08\w{3}|57P0[1-5]|53300|ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|PROTOCOL_\w+|POOL_\w+)$/,
  range: /^(22003|23514|SQLITE_CONSTRAINT_CHECK)$/,
  schema: /^(42P01|42703|3F000|3D000)$/,
}

/** Error numbers of MySQL and MariaDB. */
const numbers: Readonly<Record<Exclude<DriverErrorKind, 'other'>, readonly number[]>> = {
  duplicate: [1062, 1586],
  conflict: [1020, 1205, 1213, 1317],
  lost: [1040, 1053, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1927, 2006, 2013, 4031],
  range: [1264, 1690, 3819, 4025],
  schema: [1049, 1054, 1146],
}

/** Messages of errors without a code. */
const messages: Readonly<Partial<Record<DriverErrorKind, RegExp>>> = {
  duplicate: /UNIQUE constraint failed/,
  conflict: /database (table )?is locked/,
  lost: /connection terminated|connection error|not queryable|closed state|connection is closed|timeout exceeded when trying to connect|socket has been ended|server closed the connection|connection lost|pool is closed|already been destroyed|pool after calling end|database connection is not open/i,
  range: /cannot store REAL value in INTEGER column|CHECK constraint failed/,
  schema: /no such (table|column)|has no column named/,
}

const kinds = ['duplicate', 'conflict', 'lost', 'range', 'schema'] as const

/** Classifies an error of any of the drivers. */
export function classifyDriverError(error: unknown): DriverErrorKind {
  const rawCode = readField(error, 'code')
  const code = typeof rawCode === 'string' ? rawCode : ''
  const number = readField(error, 'errno')
  const message = error instanceof Error ? error.message : ''
  const found = kinds.find(
    (kind) => codes[kind].test(code) || (typeof number === 'number' && numbers[kind].includes(number)),
  )
  return found ?? kinds.find((kind) => messages[kind]?.test(message)) ?? 'other'
}

/** Converts a driver error to the error that the caller sees. A `CommitError` or `BillfoldError` is returned unchanged. */
export function toStorageError(error: unknown): unknown {
  if (isCommitError(error) || isBillfoldError(error)) return error
  const kind = classifyDriverError(error)
  const cause = redactDriverError(error, kind)
  if (kind === 'conflict' || kind === 'lost') return new BillfoldError('storage.unavailable', { cause })
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
  const cure = kind === 'schema' ? `; ${schemaCure(error)}` : ''
  return new Error(`database driver error: ${details.length > 0 ? details.join(', ') : kind}${cure}`)
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

function readField(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null && name in error ? Reflect.get(error, name) : undefined
}
