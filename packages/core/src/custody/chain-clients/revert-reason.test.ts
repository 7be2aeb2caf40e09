import { AbiCoder, Interface } from 'ethers'
import { describe, expect, it } from 'vitest'
import { formatRevertReason } from './revert-reason.ts'

const errors = new Interface(['error Error(string)', 'error Panic(uint256)', 'error TooPoor(address,uint256)'])

describe('formatRevertReason', () => {
  it('gives the text of require', () => {
    expect(formatRevertReason(errors.encodeErrorResult('Error', ['ERC20: too little']))).toBe('ERC20: too little')
  })

  it('names the code of a panic', () => {
    expect(formatRevertReason(errors.encodeErrorResult('Panic', [0x11]))).toBe('panic 0x11 (arithmetic overflow)')
    expect(formatRevertReason(errors.encodeErrorResult('Panic', [0x77]))).toBe('panic 0x77')
  })

  it('gives the selector of a custom error', () => {
    const data = errors.encodeErrorResult('TooPoor', [`0x${'11'.repeat(20)}`, 1])
    expect(formatRevertReason(data)).toBe(`custom error ${data.slice(0, 10)}`)
  })

  it('shortens the text of a contract and strips control characters', () => {
    const text = formatRevertReason(errors.encodeErrorResult('Error', [`a\u0000\u001b[31m\u2028${'x'.repeat(5000)}`]))
    expect(text).toHaveLength(200)
    expect(text).toMatch(/^a {2}\[31m x+$/)
  })

  it.each(['', '0x', '0x08c379', '0x08c379a0', 'zz', `0x08c379a0${'ff'.repeat(64)}`])(
    'gives nothing for %j',
    (data) => {
      expect(formatRevertReason(data)).toBeUndefined()
    },
  )

  it('gives nothing for a text whose length is false', () => {
    const body = AbiCoder.defaultAbiCoder().encode(['uint256', 'uint256'], [32, 2n ** 255n])
    expect(formatRevertReason(`0x08c379a0${body.slice(2)}`)).toBeUndefined()
  })
})
