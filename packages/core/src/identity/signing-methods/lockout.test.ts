import type { CustodyServices } from '../../custody/services.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createUser } from '../users/create.ts'
import { addMethod, replaceMethod } from './methods.ts'
import type { SigningMethodRow } from './sealing.ts'
import { signingMethods } from './tables.ts'
import { assertLockoutRule } from './lockout.ts'
import { authorizeMethod } from './authorize-method.ts'
import type { AuthorizedMethod } from './authorized-method.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const failureCodes = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const
const day = 86_400_000
const pin = '4711'

let now: number
let services: CustodyServices
let ownerId: string
let pinId: string

beforeEach(async () => {
  now = Date.now()
  services = { ...testServices(), lockout: { maxFailures: 3, durationSeconds: 86_400 }, now: () => now }
  const { user, methods } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: pin } })
  ownerId = user.id
  pinId = methods[0]?.id ?? ''
})

const authorize = (value: string, by = services): Promise<AuthorizedMethod> =>
  authorizeMethod(by, actor, ownerId, { id: pinId }, value, failureCodes)
const attempt = (value: string, by = services): Promise<string> => outcomeCode(authorize(value, by)).then(String)

async function attempts(...values: readonly string[]): Promise<readonly string[]> {
  const codes: string[] = []
  for (const value of values) codes.push(await attempt(value))
  return codes
}

async function findPin(): Promise<SigningMethodRow> {
  const [row] = await services.storage.find(signingMethods, { where: { id: pinId } })
  return row ?? expect.fail('expected a PIN')
}

const [wrong, locked] = [failureCodes.wrong, failureCodes.locked]

describe('temporary lockout', () => {
  it('locks after three consecutive failures and counts no attempts while locked', async () => {
    expect(await attempts('0000', '0000', '0000', pin, '0000')).toEqual([wrong, wrong, wrong, locked, locked])
    expect(await findPin()).toMatchObject({ incorrectAttempts: 3, remainingAttempts: 7, lockedUntil: now + day })
  })

  it('ends after its duration, and the correct value authorizes again', async () => {
    await attempts('0000', '0000', '0000')
    now += day - 1
    expect(await attempt(pin)).toBe(locked)
    now += 1
    expect(await attempt(pin)).toBe('done')
    expect(await findPin()).toMatchObject({ incorrectAttempts: 0, remainingAttempts: 10, lockedUntil: null })
  })

  it('locks again after three more failures, and permanently after ten', async () => {
    for (let round = 0; round < 3; round++) {
      expect(await attempts('0000', '0000', '0000', '0000')).toEqual([wrong, wrong, wrong, locked])
      now += day
    }
    expect(await attempts('0000', pin)).toEqual([wrong, locked])
    now += 10 * day
    expect(await attempt(pin)).toBe(locked)
  })

  it('does not lock when a correct value interrupts the failures', async () => {
    expect(await attempts('0000', '0000', pin, '0000', '0000', pin)).toEqual([
      wrong,
      wrong,
      'done',
      wrong,
      wrong,
      'done',
    ])
  })

  it('limits concurrent guesses of several processes', async () => {
    const processes = [services, { ...services }, { ...services }]
    const codes = await Promise.all(
      Array.from({ length: 30 }, (_, index) => attempt('0000', processes[index % 3] ?? services)),
    )
    expect(codes.filter((code) => code === wrong)).toHaveLength(3)
    expect(await findPin()).toMatchObject({ incorrectAttempts: 3, remainingAttempts: 7 })
  })

  it('accepts 30 concurrent correct values', async () => {
    const codes = await Promise.all(Array.from({ length: 30 }, () => attempt(pin)))
    expect(new Set(codes)).toEqual(new Set(['done']))
  })

  it('locks when the process that checked the values has died', async () => {
    const { passwordHasher } = services
    const dying = {
      ...services,
      passwordHasher: { ...passwordHasher, deriveUnqueued: () => Promise.reject(new Error('dead')) },
    }
    for (let count = 0; count < 3; count++) await expect(authorize('0000', dying)).rejects.toThrow('dead')
    expect(await attempt(pin)).toBe(locked)
    expect((await findPin()).lockedUntil).toBe(now + day)
  }, 300_000)

  it('ends when the value is replaced', async () => {
    const owner = { tenant: 'default', ownerId, ownerKind: 'user' as const }
    const code = 'w2v7yertaad21lhudqghzwcg4'
    const { row } = await addMethod(
      services,
      {},
      actor,
      owner,
      { type: 'EMERGENCY_CODE', value: code },
      await authorize(pin),
    )
    await attempts('0000', '0000', '0000')
    const authorizedBy = await authorizeMethod(services, actor, ownerId, { id: row.id }, code, failureCodes)
    await replaceMethod(services, {}, actor, owner, pinId, '1234', authorizedBy)
    expect(await attempt('1234')).toBe('done')
  })

  it('is disabled without a rule', async () => {
    services = { ...services, lockout: undefined }
    expect(await attempts('0000', '0000', '0000', '0000', pin)).toEqual([wrong, wrong, wrong, wrong, 'done'])
  })

  it.each([
    { maxFailures: 0, durationSeconds: 1 },
    { maxFailures: 10, durationSeconds: 1 },
    { maxFailures: 3, durationSeconds: 0 },
    { maxFailures: 1.5, durationSeconds: 1 },
    { maxFailures: 3, durationSeconds: Number.NaN },
  ])('rejects a rule of $maxFailures failures and $durationSeconds seconds', (lock) => {
    expect(() => assertLockoutRule(lock)).toThrow(RangeError)
  })
})
