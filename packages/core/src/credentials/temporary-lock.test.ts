import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../audit/record.ts'
import type { Services } from '../services.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { testServices } from '../test-fixtures/services.ts'
import { createUser } from '../users/create.ts'
import { addMethod, replaceMethod } from './methods.ts'
import type { CredentialRow } from './sealing.ts'
import { credentials } from './tables.ts'
import { assertTemporaryLock } from './lock-rule.ts'
import { type OpenedMethod, unlock } from './unlock.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const refusals = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const
const day = 86_400_000
const pin = '4711'

let now: number
let services: Services
let ownerId: string
let pinId: string

beforeEach(async () => {
  now = Date.now()
  services = { ...testServices(), temporaryLock: { wrongInARow: 3, seconds: 86_400 }, now: () => now }
  const { user, methods } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: pin } })
  ownerId = user.id
  pinId = methods[0]?.id ?? ''
})

const open = (value: string, by = services): Promise<OpenedMethod> =>
  unlock(by, actor, ownerId, { id: pinId }, value, refusals)
const tried = (value: string, by = services): Promise<string> => codeOf(open(value, by)).then(String)

async function tries(...values: readonly string[]): Promise<readonly string[]> {
  const codes: string[] = []
  for (const value of values) codes.push(await tried(value))
  return codes
}

async function kept(): Promise<CredentialRow> {
  const [row] = await services.storage.find(credentials, { where: { id: pinId } })
  return row ?? expect.fail('there is no PIN')
}

const [wrong, locked] = [refusals.wrong, refusals.locked]

describe('a temporary lock', () => {
  it('comes after three wrong values in a row, and takes no attempt while it lasts', async () => {
    expect(await tries('0000', '0000', '0000', pin, '0000')).toEqual([wrong, wrong, wrong, locked, locked])
    expect(await kept()).toMatchObject({ incorrectAttempts: 3, remainingAttempts: 7, lockedUntil: now + day })
  })

  it('ends by itself, and then the right value opens', async () => {
    await tries('0000', '0000', '0000')
    now += day - 1
    expect(await tried(pin)).toBe(locked)
    now += 1
    expect(await tried(pin)).toBe('done')
    expect(await kept()).toMatchObject({ incorrectAttempts: 0, remainingAttempts: 10, lockedUntil: null })
  })

  it('comes again after three more, and ten wrong values lock for good', async () => {
    for (let round = 0; round < 3; round++) {
      expect(await tries('0000', '0000', '0000', '0000')).toEqual([wrong, wrong, wrong, locked])
      now += day
    }
    expect(await tries('0000', pin)).toEqual([wrong, locked])
    now += 10 * day
    expect(await tried(pin)).toBe(locked)
  })

  it('does not come when a right value lies between', async () => {
    expect(await tries('0000', '0000', pin, '0000', '0000', pin)).toEqual([wrong, wrong, 'done', wrong, wrong, 'done'])
  })

  it('is not outrun by guesses of several processes at once', async () => {
    const processes = [services, { ...services }, { ...services }]
    const codes = await Promise.all(
      Array.from({ length: 30 }, (_, index) => tried('0000', processes[index % 3] ?? services)),
    )
    expect(codes.filter((code) => code === wrong)).toHaveLength(3)
    expect(await kept()).toMatchObject({ incorrectAttempts: 3, remainingAttempts: 7 })
  })

  it('does not hit right values, however many come at once', async () => {
    const codes = await Promise.all(Array.from({ length: 30 }, () => tried(pin)))
    expect(new Set(codes)).toEqual(new Set(['done']))
  })

  it('comes, too, when the process that checked the values has died', async () => {
    const { slowHash } = services
    const dying = { ...services, slowHash: { ...slowHash, deriveNow: () => Promise.reject(new Error('dead')) } }
    for (let count = 0; count < 3; count++) await expect(open('0000', dying)).rejects.toThrow('dead')
    expect(await tried(pin)).toBe(locked)
    expect((await kept()).lockedUntil).toBe(now + day)
  }, 30_000)

  it('ends when another method replaces the value', async () => {
    const owner = { tenant: 'default', ownerId, ownerKind: 'user' as const }
    const code = 'a'.repeat(25)
    const { row } = await addMethod(
      services,
      {},
      actor,
      owner,
      { type: 'EMERGENCY_CODE', value: code },
      await open(pin),
    )
    await tries('0000', '0000', '0000')
    const authority = await unlock(services, actor, ownerId, { id: row.id }, code, refusals)
    await replaceMethod(services, {}, actor, owner, pinId, '1234', authority)
    expect(await tried('1234')).toBe('done')
  })

  it('is off unless the host gives one', async () => {
    services = { ...services, temporaryLock: undefined }
    expect(await tries('0000', '0000', '0000', '0000', pin)).toEqual([wrong, wrong, wrong, wrong, 'done'])
  })

  it.each([
    { wrongInARow: 0, seconds: 1 },
    { wrongInARow: 10, seconds: 1 },
    { wrongInARow: 3, seconds: 0 },
    { wrongInARow: 1.5, seconds: 1 },
    { wrongInARow: 3, seconds: Number.NaN },
  ])('cannot be $wrongInARow values and $seconds seconds', (lock) => {
    expect(() => assertTemporaryLock(lock)).toThrow(RangeError)
  })
})
