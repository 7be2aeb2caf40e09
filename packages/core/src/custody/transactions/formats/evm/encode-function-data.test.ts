import fc from 'fast-check'
import { hexlify, Interface } from 'ethers'
import { describe, expect, it } from 'vitest'
import { encodeFunctionData } from './encode-function-data.ts'

const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => hexlify(bytes))

/** An ABI type and JSON values of it. */
const elementary = fc.oneof(
  fc.constant('address').map((type) => ({ type, value: address as fc.Arbitrary<unknown> })),
  fc.constant('bool').map((type) => ({ type, value: fc.boolean() as fc.Arbitrary<unknown> })),
  fc.constant('string').map((type) => ({ type, value: fc.string({ unit: 'binary' }) as fc.Arbitrary<unknown> })),
  fc
    .constant('bytes')
    .map((type) => ({ type, value: fc.uint8Array().map((bytes) => hexlify(bytes)) as fc.Arbitrary<unknown> })),
  fc.integer({ min: 1, max: 32 }).map((length) => ({
    type: `bytes${length}`,
    value: fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((bytes) => hexlify(bytes)) as fc.Arbitrary<unknown>,
  })),
  fc.integer({ min: 1, max: 32 }).map((bytes) => ({
    type: `uint${bytes * 8}`,
    value: fc.bigInt({ min: 0n, max: 2n ** BigInt(bytes * 8) - 1n }).map(String) as fc.Arbitrary<unknown>,
  })),
  fc.integer({ min: 1, max: 32 }).map((bytes) => ({
    type: `int${bytes * 8}`,
    value: fc
      .bigInt({ min: -(2n ** BigInt(bytes * 8 - 1)), max: 2n ** BigInt(bytes * 8 - 1) - 1n })
      .map(String) as fc.Arbitrary<unknown>,
  })),
)

const nested = fc
  .tuple(elementary, fc.array(fc.option(fc.integer({ min: 1, max: 3 })), { maxLength: 2 }))
  .map(([first, lengths]) =>
    lengths.reduce(
      ({ type, value }, length) => ({
        type: `${type}[${length ?? ''}]`,
        value: fc.array(
          value,
          length === null ? { maxLength: 3 } : { minLength: length, maxLength: length },
        ) as fc.Arbitrary<unknown>,
      }),
      first,
    ),
  )

const inputs = fc
  .array(nested, { maxLength: 5 })
  .chain((types) => fc.tuple(...types.map(({ type, value }) => value.map((filled) => ({ type, value: filled })))))

describe('encodeFunctionData', () => {
  it('encodes calls like another library', () => {
    fc.assert(
      fc.property(inputs, (contractInputs) => {
        const other = new Interface([`function act(${contractInputs.map(({ type }) => type).join(',')})`])
        expect(hexlify(encodeFunctionData('act', contractInputs))).toBe(
          other.encodeFunctionData(
            'act',
            contractInputs.map(({ value }) => value),
          ),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('accepts the aliases int and uint, and function names that are reserved words', () => {
    expect(encodeFunctionData('returns', [{ type: 'uint', value: 1 }])).toEqual(
      encodeFunctionData('returns', [{ type: 'uint256', value: '1' }]),
    )
    expect(hexlify(encodeFunctionData('function', []))).toBe(
      new Interface([{ type: 'function', name: 'function', inputs: [] }]).encodeFunctionData('function'),
    )
  })

  it.each([
    ['uint8', 256],
    ['uint8', -1],
    ['uint8', '1.5'],
    ['uint8', true],
    ['uint8', null],
    ['uint256', 2 ** 60],
    ['uint256', 1.5],
    ['uint7', 1],
    ['uint264', 1],
    ['bool', 'True!'],
    ['uint8', '0x100'],
    ['uint8', '0x'],
    ['uint256[]', '[1,'],
    ['tuple', [1]],
    ['tuple', []],
    ['tuple[]', []],
    ['()', []],
    ['(uint256,)', [1]],
    ['(uint256', [1]],
    ['(((((uint8)))))', [[[[[1]]]]]],
    ['bool', 1],
    ['address', '0x00'],
    ['address', '0x52908400098527886E0F7030069857D2E4169Ee7'],
    ['bytes', 'abcd'],
    ['bytes', '0xabc'],
    ['bytes4', '0xabcdef'],
    ['bytes33', '0x'],
    ['bytes0', '0x'],
    ['string', 5],
    ['uint256[2]', [1]],
    ['uint256[0]', []],
    ['uint256[]', 'a'],
    ['nothing[]', []],
    ['uint256[][][][][]', [[[[[1]]]]]],
    ['(uint256,uint256)', [1]],
    ['uint256) view returns (uint256', 1],
    ['function', '0x'],
    ['', ''],
  ])('rejects the type %j with the value %j', (type, value) => {
    expect(() => encodeFunctionData('act', [{ type, value }])).toThrow(
      expect.objectContaining({
        code: 'input.invalid',
        issues: [expect.objectContaining({ path: expect.stringMatching(/^transactionRequest\.inputs\.0/) })],
      }),
    )
  })

  it.each([
    ['uint8', '0x1c', 28],
    ['uint256', '0x0f', 15],
    ['int8', '-5', -5],
    ['bool', 'true', true],
    ['bool', 'false', false],
    ['uint256[]', '[1,2,3]', [1, 2, 3]],
    ['uint256[]', '[1000000000000000000001,2]', ['1000000000000000000001', 2]],
    ['string[]', '["1000000000000000000001","\\"2"]', ['1000000000000000000001', '"2']],
    ['(uint256,bool)', '[1,true]', [1, true]],
  ])('encodes a %s that is sent as the text %j', (type, text, value) => {
    expect(hexlify(encodeFunctionData('act', [{ type, value: text }]))).toBe(
      new Interface([`function act(${type})`]).encodeFunctionData('act', [value]),
    )
  })

  it('encodes tuples like another library, by every way of writing their types', () => {
    const owner = '0x52908400098527886E0F7030069857D2E4169EE7'
    const abi = new Interface(['function act((address,(uint8,string)[]) a, uint8 b)'])
    const expected = abi.encodeFunctionData('act', [
      [
        owner,
        [
          [1, 'a'],
          [2, 'b'],
        ],
      ],
      3,
    ])
    const value = [
      owner,
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ]
    const pair = (one: unknown, text: string): unknown => [
      { type: 'uint8', value: one },
      { type: 'string', value: text },
    ]
    const typed = [
      { type: 'address', value: owner },
      { type: 'tuple[]', value: [pair(1, 'a'), pair(2, 'b')] },
    ]
    const components = [{ type: 'address' }, { type: 'tuple[]', components: [{ type: 'uint8' }, { type: 'string' }] }]
    const ways = [
      { type: '(address,(uint8,string)[])', value },
      { type: 'tuple', value, components },
      { type: 'tuple', value: typed },
    ]
    for (const way of ways)
      expect(hexlify(encodeFunctionData('act', [way, { type: 'uint8', value: '3' }]))).toBe(expected)
  })

  it.each(['', 'a b', 'f()', '1a', 'x'.repeat(129)])('rejects the function name %j', (name) => {
    expect(() => encodeFunctionData(name, [])).toThrow(expect.objectContaining({ code: 'input.invalid' }))
  })

  it('throws a BillfoldError for any other invalid input', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.jsonValue(), (name, type, value) => {
        try {
          expect(encodeFunctionData(name, [{ type, value }]).length).toBeGreaterThanOrEqual(4)
        } catch (error) {
          expect(error).toMatchObject({ code: 'input.invalid' })
        }
      }),
    )
  })
})
