import { describe, expect, test } from 'vitest'
import { isBillfoldError } from '../../kernel/errors.ts'
import { assertPasswordPolicy } from './password-policy.ts'

function codeFor(password: string): string {
  try {
    assertPasswordPolicy(password)
    return 'accepted'
  } catch (error) {
    return isBillfoldError(error) ? error.code : String(error)
  }
}

describe('the password policy', () => {
  test.each([
    'correct horse battery',
    'correct horse ',
    ' correct\u00a0horse \ud83d\ude00',
    'ünïcode pässwörd',
    'x'.repeat(40) + 'yz',
  ])('accepts %j', (password) => {
    expect(codeFor(password)).toBe('accepted')
  })

  test.each([
    ['shorter than 8 characters', 'abc12'],
    ['longer than 128 characters', 'abcdefgh'.repeat(17)],
    ['the first of the list of common passwords', 'password'],
    ['a common password in another case', 'PassWord'],
    ['a common password with trailing digits and punctuation', 'password12!'],
    ['two characters repeated', 'abababababab'],
    ['written with a zero-width joiner (RFC 8265)', 'correct horse\u200d battery'],
    ['written with a control character (RFC 8265)', 'correct horse\t battery'],
  ])('rejects a password that is %s', (_, password) => {
    expect(codeFor(password)).toBe('password.too-weak')
  })
})
