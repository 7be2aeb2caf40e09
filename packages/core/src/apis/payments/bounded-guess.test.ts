import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { BillfoldError } from '../../errors.ts'
import { codeOf } from '../../test-fixtures/code-of.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { boundedGuess } from './bounded-guess.ts'

test('limits concurrent failed lookups of one user, and does not count successful ones', async () => {
  const services = testServices()
  const actor = { tenant: 't', id: 'ann' }
  const guess = (right: boolean) =>
    boundedGuess(services, actor, ['payment.unknown'], async () => {
      await setImmediate()
      if (!right) throw new BillfoldError('payment.unknown')
    })
  for (let round = 0; round < 20; round++) expect(await codeOf(guess(true))).toBe('done')
  const codes = await Promise.all(Array.from({ length: 300 }, () => codeOf(guess(false))))
  expect(codes.filter((code) => code === 'payment.unknown')).toHaveLength(100)
  expect(codes.filter((code) => code === 'rate.limited')).toHaveLength(200)
  expect(await codeOf(guess(true))).toBe('rate.limited')
})
