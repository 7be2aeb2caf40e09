import { describe, expect, test } from 'vitest'
import { decodeCall, toSelector } from './decode-call.ts'

const transfer = 'transfer(address,uint256)'
const to = '1234567890abcdef1234567890abcdef12345678'
const call = (address: string, amount: string, more = ''): Uint8Array =>
  Buffer.from(`a9059cbb${address.padStart(64, '0')}${amount.padStart(64, '0')}${more}`, 'hex')

describe('call data', () => {
  test('is decoded if it is the canonical call of the function', () => {
    expect(toSelector(transfer)).toBe('0xa9059cbb')
    expect(decodeCall(transfer, call(to, 'ff'))).toEqual([`0x${to}`, 255n])
  })

  test.each([
    ['has a byte behind its arguments', call(to, 'ff', '00')],
    ['lacks a byte', call(to, 'ff').slice(0, -1)],
    ['has a bit set in the padding of an address', call(`1${to}`.padStart(64, '0'), 'ff')],
    ['is of another function', Buffer.concat([Buffer.from('095ea7b3', 'hex'), call(to, 'ff').slice(4)])],
    ['is a selector alone', call(to, 'ff').slice(0, 4)],
    ['is empty', new Uint8Array()],
  ])('is not decoded if it %s', (_, data) => {
    expect(decodeCall(transfer, data)).toBeUndefined()
  })

  test.each([
    ['uint8', 'ff', 255n],
    ['uint8', '100', undefined],
    ['int8', 'f'.repeat(64), -1n],
    ['int8', '80', undefined],
    ['bool', '1', true],
    ['bool', '2', undefined],
    ['bytes4', `01ffc9a7${'0'.repeat(56)}`, '0x01ffc9a7'],
    ['bytes4', `01ffc9a7${'0'.repeat(55)}1`, undefined],
    ['bytes', '20', undefined],
    ['string', '20', undefined],
    ['uint7', '1', undefined],
  ])('decodes the word of %s that is %s to %s', (type, word, expected) => {
    const signature = `f(${type})`
    const data = Buffer.from(toSelector(signature).slice(2) + word.padStart(64, '0'), 'hex')
    expect(decodeCall(signature, data)?.[0]).toBe(expected)
  })
})
