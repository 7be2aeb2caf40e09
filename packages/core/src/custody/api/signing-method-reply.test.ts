import { expect, it } from 'vitest'
import { custodyCaller } from '../../test-fixtures/custody-caller.ts'
import { testServices } from '../../test-fixtures/services.ts'

const body = { type: 'PIN', value: '471147' }

it.each([
  [{}, { type: 'PIN' }],
  [{ signingMethodReply: 'object' }, { type: 'PIN' }],
  [{ signingMethodReply: 'array' }, [{ type: 'PIN' }]],
] as const)('a new signing method with the options %o is replied as %o', async (options, expected) => {
  const call = await custodyCaller(testServices(), 'default', options)
  const { result: user } = await call('createUser', { body: {} })
  const { status, result } = await call('createSigningMethod', { params: { userId: user.id }, body })
  expect(status).toBe(200)
  expect(result).toMatchObject(expected)
})
