import { expect, test } from 'vitest'
import { inlineParameters, toMysqlLiteral } from './mysql-literals.ts'

test.each([
  [`it's \\ ü`, `_utf8mb4 x'69742773205c20c3bc'`],
  ['', `_utf8mb4 x''`],
  [Uint8Array.of(0, 39, 255), `x'0027ff'`],
  [Buffer.from('abcdef').subarray(2, 4), `x'6364'`],
  [-(10n ** 38n) + 1n, '-99999999999999999999999999999999999999'],
  [-9007199254740991, '-9007199254740991'],
  [true, 'true'],
  [null, 'null'],
])('the literal of %o has no character that a session reads differently', (value, literal) => {
  expect(toMysqlLiteral(value)).toBe(literal)
})

test.each([[undefined], [1.5], [Number.NaN], [Number.POSITIVE_INFINITY], [{}], [[1]], [new Date(0)]])(
  '%o has no literal',
  (value) => expect(() => toMysqlLiteral(value)).toThrow(TypeError),
)

test('a value with a question mark is not taken for a placeholder', () => {
  expect(inlineParameters('select ?, ?', ['?', 1])).toBe(`select _utf8mb4 x'3f', 1`)
})

test('a wrong number of parameters is an error', () => {
  expect(() => inlineParameters('select ?, ?', [1])).toThrow('2 placeholders, but 1 parameters')
  expect(() => inlineParameters('select 1', [1])).toThrow('0 placeholders, but 1 parameters')
})

test('a statement without parameters may contain question marks, as the definition of a table can', () => {
  expect(inlineParameters(`alter table t add column c text default 'really?'`, [])).toContain(`'really?'`)
})
