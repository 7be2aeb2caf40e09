import { getAddress, hexlify, TypedDataEncoder } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashTypedData } from './typed-data.ts'
import { TypedValueError } from './typed-values.ts'

interface Field {
  readonly name: string
  readonly type: string
}
interface TypedData {
  readonly types: Readonly<Record<string, Field[]>>
  readonly primaryType: string
  readonly domain: Readonly<Record<string, unknown>>
  readonly message: Readonly<Record<string, unknown>>
}

const digest = (data: unknown): string => hexlify(hashTypedData(data))
const byEthers = ({ types, domain, message }: TypedData): string => TypedDataEncoder.hash(domain, { ...types }, message)
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((one) => hexlify(one))

/** The elementary types with values that fit. */
const elementary = fc.oneof(
  fc.constant(['string', fc.string({ unit: 'grapheme' })] as const),
  fc.constant(['bool', fc.boolean()] as const),
  fc.constant(['bytes', fc.uint8Array({ maxLength: 70 }).map((one) => hexlify(one))] as const),
  fc.constant(['address', bytes(20).chain((hex) => fc.constantFrom(hex, getAddress(hex)))] as const),
  fc.integer({ min: 1, max: 32 }).map((length) => [`bytes${length}`, bytes(length)] as const),
  fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 32 })).map(([isUnsigned, width]) => {
    const bits = BigInt(width * 8)
    const [min, max] = isUnsigned ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]
    const text = fc
      .bigInt({ min, max })
      .chain((one) => fc.constantFrom(String(one), one < 0n ? String(one) : `0x${one.toString(16)}`))
    return [`${isUnsigned ? 'u' : ''}int${width * 8}`, width <= 6 ? fc.oneof(text, text.map(Number)) : text] as const
  }),
)

/** Values that a careless implementation signs as something else. */
const hostile = fc.constantFrom<unknown>(
  null,
  undefined,
  '',
  '0x',
  '0x1',
  '10',
  'dead',
  'a',
  '1e3',
  '0b11',
  ' 1',
  '-0',
  '0X1F',
  1.5,
  -1,
  2 ** 53,
  256,
  true,
  'true',
  [],
  [1],
  {},
  '\ud800',
  `0x${'Aa'.repeat(20)}`,
  'a'.repeat(40),
  `0x${'f'.repeat(64)}`,
  `0x${'f'.repeat(65)}`,
  '9'.repeat(78),
  `XE${'7'.repeat(28)}`,
)

type Shaped = readonly [type: string, value: fc.Arbitrary<unknown>]

function arrays([type, value]: Shaped, lengths: readonly (number | undefined)[]): Shaped {
  return lengths.reduce<Shaped>(
    ([inner, item], length) => [
      `${inner}[${length ?? ''}]`,
      fc.array(item, length === undefined ? { maxLength: 3 } : { minLength: length, maxLength: length }),
    ],
    [type, value],
  )
}

/** Random structs: each may contain those before it, and the last one is the primary type. */
function typedData(corrupt: (value: fc.Arbitrary<unknown>) => fc.Arbitrary<unknown>): fc.Arbitrary<TypedData> {
  const shape = fc.record({
    base: fc.oneof(elementary, fc.nat(2)),
    lengths: fc.array(fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }), { maxLength: 2 }),
  })
  return fc.array(fc.array(shape, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }).chain((structs) => {
    const types: Record<string, Field[]> = {}
    const values: fc.Arbitrary<Record<string, unknown>>[] = []
    for (const [index, members] of structs.entries()) {
      const fields = members.map(({ base, lengths }, position) => {
        const inner: Shaped =
          typeof base !== 'number'
            ? [base[0], corrupt(base[1])]
            : index === 0
              ? ['bool', fc.boolean()]
              : [`S${base % index}`, values[base % index] ?? fc.constant({})]
        const [type, value] = arrays(inner, lengths)
        return { name: `f${position}`, type, value }
      })
      types[`S${index}`] = fields.map(({ name, type }) => ({ name, type }))
      values.push(fc.record(Object.fromEntries(fields.map(({ name, value }) => [name, value]))))
    }
    const primaryType = `S${structs.length - 1}`
    const used = reachable(types, primaryType)
    const domain = fc.record(
      {
        name: fc.string(),
        version: fc.string(),
        chainId: fc.nat(),
        verifyingContract: bytes(20),
        salt: bytes(32),
      },
      { requiredKeys: [] },
    )
    const kept = Object.fromEntries(Object.entries(types).filter(([name]) => used.has(name)))
    return fc.record({
      types: fc.constant(kept),
      primaryType: fc.constant(primaryType),
      domain,
      message: values.at(-1) ?? fc.constant({}),
    })
  })
}

/** Other libraries take only types without unused ones. */
function reachable(types: Readonly<Record<string, Field[]>>, primary: string): ReadonlySet<string> {
  const found = new Set([primary])
  for (const name of found)
    for (const { type } of types[name] ?? []) {
      const base = type.replace(/\[.*$/, '')
      if (base in types) found.add(base)
    }
  return found
}

describe('typed data (EIP-712)', () => {
  it('of random types has the digest that ethers computes', () => {
    fc.assert(
      fc.property(
        typedData((value) => value),
        (data) => {
          expect(digest(data)).toBe(byEthers(data))
          const payload: unknown = JSON.parse(
            JSON.stringify(TypedDataEncoder.getPayload(data.domain, { ...data.types }, data.message)),
          )
          expect(digest(payload)).toBe(byEthers(data))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('with a value of another type is refused, or has the digest that ethers computes', () => {
    const counts = { refused: 0, signed: 0 }
    fc.assert(
      fc.property(
        typedData((value) => fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: hostile })),
        (data) => {
          let ours: string | undefined
          try {
            ours = digest(data)
          } catch (error) {
            expect(error).toBeInstanceOf(TypedValueError)
          }
          counts[ours === undefined ? 'refused' : 'signed'] += 1
          if (ours !== undefined) expect(ours).toBe(byEthers(data))
        },
      ),
      { numRuns: 400 },
    )
    expect(counts.refused).toBeGreaterThan(0)
    expect(counts.signed).toBeGreaterThan(0)
  })
})

const person = {
  Person: [
    { name: 'name', type: 'string' },
    { name: 'boss', type: 'Person' },
  ],
} as const
const domainType = [{ name: 'name', type: 'string' }]
const base = { types: { EIP712Domain: domainType, ...person }, primaryType: 'Person', domain: { name: 'x' } }
const withType = (type: string, a: unknown) => ({
  types: { EIP712Domain: domainType, A: [{ name: 'a', type }] },
  primaryType: 'A',
  domain: { name: 'x' },
  message: { a },
})

/** The digests are those of @metamask/eth-sig-util 8.2.0, `TypedDataUtils.eip712Hash` with version V4. */
describe('typed data like that of eth_signTypedData_v4', () => {
  const unemployed = '0x3669a16aa10d70c4c0c2195c7d5afa30fe66fe0ea329e903f311465ff2c5d34a'
  it.each<readonly [string, unknown, string]>([
    ['a struct that is null', { ...base, message: { name: 'Ann', boss: null } }, unemployed],
    ['a struct that is missing', { ...base, message: { name: 'Ann' } }, unemployed],
    ['a further field in the message', { ...base, message: { name: 'Ann', boss: null, more: 1 } }, unemployed],
    [
      'domain fields that EIP712Domain does not declare',
      { ...base, domain: { name: 'x', chainId: 5, more: 1 }, message: { name: 'Ann', boss: null } },
      unemployed,
    ],
    [
      'a recursive type',
      { ...base, message: { name: 'Ann', boss: { name: 'Bob', boss: null } } },
      '0x11d2528d220243687732548f125f9fce8f14ab213f69c62e70daf5b381d2eec4',
    ],
    [
      'a domain of its own',
      {
        types: {
          EIP712Domain: [
            { name: 'realm', type: 'string' },
            { name: 'level', type: 'uint8' },
          ],
          ...person,
        },
        primaryType: 'Person',
        domain: { realm: 'x', level: 7 },
        message: { name: 'Ann', boss: null },
      },
      '0x9835c94e81e9c0ba1a99ef5a3497f9276a5545a0667bde2a8905d772fb8b812a',
    ],
    [
      'the domain as its message',
      { types: { EIP712Domain: domainType }, primaryType: 'EIP712Domain', domain: { name: 'x' } },
      '0x06d6260154b6b6e10735bc5b5d4971474fca4a53806787df163604af5e78790d',
    ],
    [
      'an empty domain',
      {
        types: { EIP712Domain: [], ...person },
        primaryType: 'Person',
        domain: {},
        message: { name: 'Ann', boss: null },
      },
      '0xf6b935ee064e31e0f6fa4643760b6311d9eec253a85e8cc7a6db2fd850b61489',
    ],
    [
      'an integer in hex',
      withType('int16', '0x0a'),
      '0xabd0cb86c2e456ca1e3df2b4c3a60f1825edb4cfa6af9de7709ee37efe3322ea',
    ],
    [
      'a negative integer',
      withType('int16', '-10'),
      '0x6702bb2e328f75d86a8553eca46cd111c01633a325316476ef32f5b38f63f734',
    ],
    [
      'arrays of arrays, and null in them',
      {
        types: {
          EIP712Domain: domainType,
          ...person,
          A: [
            { name: 'a', type: 'Person[2][]' },
            { name: 'b', type: 'bytes3[]' },
          ],
        },
        primaryType: 'A',
        domain: { name: 'x' },
        message: { a: [[{ name: 'Ann', boss: null }, null]], b: ['0x010203'] },
      },
      '0xe84c2a8ab2ee63060ec0b03ead1a81a7f50a23686512808ff6c20bc3c2722bbf',
    ],
  ])('may have %s', (_what, data, expected) => {
    expect(digest(data)).toBe(expected)
  })

  it.each([
    ['text as bytes', withType('bytes', '10')],
    ['hex without 0x as bytes', withType('bytes', 'dead')],
    ['text as bytes1', withType('bytes1', 'a')],
    ['two bytes as bytes1', withType('bytes1', '0xdead')],
    ['an address with a wrong checksum', withType('address', '0xcccCCCCCcCCcCccCCCCcCcCccCcCCCcCCcCCccCc')],
    ['text as a boolean', withType('bool', 'false')],
    ['a number as text', withType('string', 1)],
    ['null as text', withType('string', null)],
    ['null as an array', withType('uint8[]', null)],
    ['an integer that is too wide', withType('uint8', 256)],
    ['the alias uint', withType('uint', 1)],
    ['a width that is no multiple of 8', withType('uint7', 1)],
    ['bytes33', withType('bytes33', `0x${'00'.repeat(33)}`)],
    ['bytes0', withType('bytes0', '0x')],
    ['a type with a leading zero', withType('uint08', 1)],
    ['an array of another length', withType('uint8[2]', [1])],
    ['an unknown type', withType('Other', {})],
    ['a field twice', { ...base, types: { ...base.types, Person: [...person.Person, ...person.Person] }, message: {} }],
    [
      'a type whose name contains another type',
      { types: { 'A(B b)': [] }, primaryType: 'A(B b)', domain: {}, message: {} },
    ],
    [
      'a field whose name contains another field',
      { types: { A: [{ name: 'a,bool b', type: 'bool' }] }, primaryType: 'A', domain: {}, message: {} },
    ],
    ['a struct with an elementary name', { types: { A: [], uint8: [] }, primaryType: 'A', domain: {}, message: {} }],
    ['a type of 5,000 dimensions', withType(`uint8${'[]'.repeat(5000)}`, [])],
    ['4,097 values', withType('bool[]', Array(4096).fill(true))],
    [
      '65 types',
      {
        ...base,
        types: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`T${n}`, []])),
        primaryType: 'T0',
        message: {},
      },
    ],
  ])('is refused with %s', (_what, data) => {
    expect(() => digest(data)).toThrow(TypedValueError)
  })

  it('is refused when a recursive type is nested too deeply', () => {
    let boss: unknown = null
    for (let level = 0; level < 100_000; level++) boss = { name: 'Ann', boss }
    expect(() => digest({ ...base, message: { name: 'Ann', boss } })).toThrow('is nested too deeply')
  })

  it('is refused when long types that contain each other come with thousands of values', () => {
    const ring = Array.from({ length: 60 }, (_, n) => [`T${n}`, [{ name: 'n'.repeat(225), type: `T${(n + 1) % 60}` }]])
    const starts = ring.map((_, n) => ({ name: `a${n}`, type: `T${n}` }))
    const types = { ...Object.fromEntries(ring), M: [...starts, { name: 'v', type: 'bool[]' }] }
    const start = Object.fromEntries(starts.map(({ name }) => [name, {}]))
    const withValues = (count: number) => ({
      types,
      primaryType: 'M',
      domain: { name: 'x' },
      message: { ...start, v: Array(count).fill(true) },
    })
    expect(digest(withValues(100))).toHaveLength(66)
    expect(() => digest(withValues(3900))).toThrow(TypedValueError)
  })
})
