import { describe, expect, it } from 'vitest'
import { estimateCodeEntropy } from './code-strength.ts'
import { methodRules } from './method-types.ts'

const rule = methodRules().get('EMERGENCY_CODE')

describe('an emergency code', () => {
  it.each([
    ['a'.repeat(20)],
    ['a'.repeat(128)],
    ['abcdefghijklmnopqrstuvwxyz'],
    ['0123456789012345678901234567890123456789'],
    ['aB3-'.repeat(30)],
    ['12345678901234567890'],
    ['qwertqwertqwertqwertqwert'],
    ['w2v7yertaad21lhudqgh'],
    ['emergency-code-of-somebody'],
  ])('that could be guessed is refused: %s', (code) => {
    expect(rule?.accepts(code)).toBe(false)
  })

  it.each([
    ['w2v7yertaad21lhudqghzwcg4'],
    ['taif7dxjikhtb82zm7u93tn26'],
    ['aK4mPq9XbT2vRw8ZcN6yHs'],
    ['4f1a9c07-8b3e-6d25-a0c4-917e5bd8f362'],
  ])('with 128 bits, or in the generated form, is accepted: %s', (code) => {
    expect(rule?.accepts(code)).toBe(true)
  })

  it('that is generated is always accepted', () => {
    for (let count = 0; count < 5000; count++) expect(rule?.accepts(rule.generate?.() ?? '')).toBe(true)
  })

  it('has no more entropy by repeating itself', () => {
    expect(estimateCodeEntropy('w2v7yert'.repeat(10))).toBeLessThan(estimateCodeEntropy('w2v7yert') + 25)
    expect(estimateCodeEntropy('')).toBe(0)
  })
})
