import { isBillfoldError } from '@billfold/core'
import { expect, test } from 'vitest'
import { type DriverErrorKind, mysqlNumbers, sqlStateClasses } from './driver-error-codes.ts'
import { classifyDriverError, toStorageError } from './driver-errors.ts'

const toError = (fields: object): Error => Object.assign(new Error('from a driver'), fields)

const samples: readonly (readonly [DriverErrorKind, readonly (string | number)[]])[] = [
  ['duplicate', ['23505', 1062, 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']],
  ['range', ['22003', '23514', 1264, 1690, 3819, 4025, 'SQLITE_CONSTRAINT_CHECK']],
  ['schema', ['3D000', '3F000', '42P01', '42703', 1049, 1054, 1146]],
  ['conflict', ['40001', '40P01', '55P03', 1205, 1213, 3572, 'SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_LOCKED']],
  ['lost', ['08006', '08P01', '25P03', '25P04', '40003', '57P01', '57P03', '57P05', 1053, 1927, 2006, 2013, 4031]],
  ['lost', ['ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'PROTOCOL_CONNECTION_LOST']],
  ['busy', ['53100', '53200', '53300', '57014', '58030', 1021, 1038, 1040, 1047, 1114, 1226, 1461, 1969, 3024]],
  ['busy', ['SQLITE_FULL', 'SQLITE_IOERR', 'SQLITE_IOERR_WRITE', 'SQLITE_CANTOPEN', 'EMFILE']],
  ['read-only', ['25006', 1036, 1290, 1792, 1836, 1874, 'SQLITE_READONLY', 'SQLITE_READONLY_DBMOVED']],
  ['refused', ['28000', '28P01', '42501', 1044, 1045, 1130, 1142, 1862, 3118, 4151, 'SQLITE_PERM', 'CERT_HAS_EXPIRED']],
  [
    'fault',
    ['42601', '22P02', '22012', '23502', '0A000', 'XX000', '58000', 1064, 1136, 1644, 'SQLITE_CORRUPT', 'EXAMPLE'],
  ],
]

test.each(samples.flatMap(([kind, codes]) => codes.map((code) => [code, kind] as const)))('%s is %s', (code, kind) => {
  expect(classifyDriverError(toError(typeof code === 'number' ? { errno: code, code: 'ER_X' } : { code }))).toBe(kind)
})

test.each(samples.flatMap(([kind, codes]) => codes.map((code) => [code, kind] as const)))(
  '%s, which is %s, is 503 exactly if the caller can do nothing about it',
  (code, kind) => {
    const error = toStorageError(toError(typeof code === 'number' ? { errno: code } : { code }))
    const isOutage = ['conflict', 'lost', 'busy', 'read-only', 'refused'].includes(kind)
    const expected = isOutage ? 'storage.unavailable' : kind === 'schema' ? 'storage.schema-mismatch' : 'unexpected'
    expect(isBillfoldError(error) && error.code).toBe(expected)
  },
)

test('a number of MySQL has one meaning', () => {
  const numbers = mysqlNumbers.flatMap(([, each]) => each)
  expect(numbers.length).toBe(new Set(numbers).size)
})

test('every class of SQLSTATE in PostgreSQL has a meaning', () => {
  const classes =
    '00 01 02 03 08 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 57 58 72 F0 HV P0 XX'
  expect(Object.keys(sqlStateClasses).toSorted()).toEqual(classes.split(' ').toSorted())
})

test('an error of a driver keeps its codes and gets a cure, but no values', () => {
  const cause = toStorageError(toError({ code: '25006', detail: 'secret', sql: 'secret' }))
  expect(cause instanceof Error && String(cause.cause)).toMatch(/code 25006; the server takes no writes: connect/)
  expect(cause instanceof Error && String(cause.cause)).not.toContain('secret')
})
