import { BillfoldError, isBillfoldError } from '@billfold/core'
import { isCommitError } from '@billfold/core/storage'

/**
 * What a driver's error means. `duplicate`: a key is taken. `conflict`: rolled back, and may be tried again. `lost`: the
 * database was not reached, or nobody knows what it did. `range`: a number does not fit. `schema`: a table or column is missing.
 */
export type Failure = 'duplicate' | 'conflict' | 'lost' | 'range' | 'schema' | 'other'

/** PostgreSQL's SQLSTATEs, Node's and the drivers' own codes. */
const codes: Readonly<Record<Exclude<Failure, 'other'>, RegExp>> = {
  duplicate: /^(23505|SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY))$/,
  conflict: /^(40001|40P01|55P03|SQLITE_(BUSY|LOCKED)\w*)$/,
  lost: /^(08\w{3}|57P0[1-5]|53300|ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|PROTOCOL_\w+|POOL_\w+)$/,
  range: /^(22003|23514|SQLITE_CONSTRAINT_CHECK)$/,
  schema: /^(42P01|42703|3F000|3D000)$/,
}

/** MySQL's and MariaDB's error numbers. */
const numbers: Readonly<Record<Exclude<Failure, 'other'>, readonly number[]>> = {
  duplicate: [1062, 1586],
  conflict: [1020, 1205, 1213, 1317],
  lost: [1040, 1053, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1927, 2006, 2013, 4031],
  range: [1264, 1690, 3819, 4025],
  schema: [1049, 1054, 1146],
}

/** For those that have no code of their own. */
const messages: Readonly<Partial<Record<Failure, RegExp>>> = {
  duplicate: /UNIQUE constraint failed/,
  conflict: /database (table )?is locked/,
  lost: /connection terminated|connection error|not queryable|closed state|connection is closed|timeout exceeded when trying to connect|socket has been ended|server closed the connection|connection lost|pool is closed|already been destroyed|pool after calling end|database connection is not open/i,
  range: /cannot store REAL value in INTEGER column|CHECK constraint failed/,
  schema: /no such (table|column)|has no column named/,
}

const kinds = ['duplicate', 'conflict', 'lost', 'range', 'schema'] as const

/** What an error of any of the drivers means. */
export function failureOf(error: unknown): Failure {
  const said = fieldOf(error, 'code')
  const code = typeof said === 'string' ? said : ''
  const number = fieldOf(error, 'errno')
  const message = error instanceof Error ? error.message : ''
  const found = kinds.find(
    (kind) => codes[kind].test(code) || (typeof number === 'number' && numbers[kind].includes(number)),
  )
  return found ?? kinds.find((kind) => messages[kind]?.test(message)) ?? 'other'
}

/** The error that a caller sees for what a driver threw; refusals and Billfold's own errors stay what they are. */
export function thrownFor(error: unknown): unknown {
  if (isCommitError(error) || isBillfoldError(error)) return error
  const failure = failureOf(error)
  const cause = withoutValues(error)
  if (failure === 'conflict' || failure === 'lost') return new BillfoldError('storage.unavailable', { cause })
  return new BillfoldError(failure === 'schema' ? 'storage.schema-mismatch' : 'unexpected', { cause })
}

const saidFields = [
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

/**
 * Drivers put values, and whole statements, into their errors, and nothing of a row may reach a log: only codes and names
 * may.
 */
function withoutValues(error: unknown): Error {
  const said = saidFields.flatMap((name) => {
    const value = fieldOf(error, name)
    return typeof value === 'string' || typeof value === 'number' ? [`${name} ${value}`] : []
  })
  return new Error(`the database driver failed: ${said.length > 0 ? said.join(', ') : failureOf(error)}`)
}

/** The name of the table that an error of PostgreSQL is about. */
export function tableOf(error: unknown): unknown {
  return fieldOf(error, 'table')
}

function fieldOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null && name in error ? Reflect.get(error, name) : undefined
}
