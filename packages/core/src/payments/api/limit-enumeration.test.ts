import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { BillfoldError } from '../../kernel/errors.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { limitEnumeration } from './limit-enumeration.ts'

test('limits concurrent failed lookups of one user, and does not count successful ones', async () => {
  const services = testServices()
  const actor = { tenant: 't', id: 'ann' }
  const guess = (right: boolean) =>
    limitEnumeration(services, actor, ['payment.not-found'], async () => {
      await setImmediate()
      if (!right) throw new BillfoldError('payment.not-found')
    })
  for (let round = 0; round < 20; round++) expect(await outcomeCode(guess(true))).toBe('done')
  const codes = await Promise.all(Array.from({ length: 300 }, () => outcomeCode(guess(false))))
  expect(codes.filter((code) => code === 'payment.not-found')).toHaveLength(100)
  expect(codes.filter((code) => code === 'rate.limited')).toHaveLength(200)
  expect(await outcomeCode(guess(true))).toBe('rate.limited')
})
