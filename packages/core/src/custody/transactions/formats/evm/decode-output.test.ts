import fc from 'fast-check'
import { AbiCoder, getBytes } from 'ethers'
import { describe, expect, it } from 'vitest'
import { decodeOutput } from './decode-output.ts'

const coder = AbiCoder.defaultAbiCoder()
const owner = '0x52908400098527886E0F7030069857D2E4169EE7'

describe('decodeOutput', () => {
  it('decodes what another library encodes', () => {
    const types = [
      'uint256',
      'int8',
      'bool',
      'address',
      'bytes',
      'bytes4',
      'string',
      'uint8[2][]',
      '(address,uint256)[]',
    ]
    const values = [
      2n ** 256n - 1n,
      -5,
      true,
      owner,
      '0x0102',
      '0x01020304',
      'é',
      [
        [1, 2],
        [3, 4],
      ],
      [[owner, 7]],
    ]
    expect(
      decodeOutput(
        types.map((type) => ({ type })),
        getBytes(coder.encode(types, values)),
      ),
    ).toEqual([
      (2n ** 256n - 1n).toString(),
      '-5',
      true,
      owner,
      '0x0102',
      '0x01020304',
      'é',
      [
        ['1', '2'],
        ['3', '4'],
      ],
      [[owner, '7']],
    ])
  })

  it('decodes a tuple whose components are named', () => {
    const components = [{ type: 'address' }, { type: 'bool[]' }]
    const data = getBytes(coder.encode(['(address,bool[])'], [[owner, [true, false]]]))
    expect(decodeOutput([{ type: 'tuple', components }], data)).toEqual([[owner, [true, false]]])
  })

  it('refuses data of other types, and any bytes, with the field outputs', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('string', 'bytes', 'uint8[]', 'uint256[3]', '(string,bool)[]'),
        fc.uint8Array(),
        (type, data) => {
          try {
            decodeOutput([{ type }], data)
          } catch (error) {
            expect(error).toMatchObject({ code: 'input.invalid', issues: [{ path: 'transactionRequest.outputs' }] })
          }
        },
      ),
    )
  })

  it('refuses arrays whose items all point to the same bytes, which would unfold without bound', () => {
    const word = (value: number): string => value.toString(16).padStart(64, '0')
    // Four levels of 1,000 pointers each to the next level.
    const level = (next: number): string => word(1000) + Array.from({ length: 1000 }, () => word(next)).join('')
    const data = Buffer.from(word(32) + level(32_000) + level(32_000) + level(32_000) + level(32_000), 'hex')
    expect(() => decodeOutput([{ type: 'uint256[][][][]' }], data)).toThrow(
      expect.objectContaining({ code: 'input.invalid' }),
    )
  })
})
