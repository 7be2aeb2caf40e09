import type { CustodyServices } from '../../custody/services.ts'
import { verifyMessage } from 'ethers'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { auditRecords } from '../../platform/audit/tables.ts'
import { localKeyring, newKey } from '../../kernel/crypto/index.ts'
import { storageLimits } from '../../kernel/storage/index.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createUser } from '../users/create.ts'
import { getChain, knownChains } from '../../custody/wallets/chains/index.ts'
import { createUserWallet, maxWalletsPerUser } from '../../custody/wallets/create.ts'
import type { CustodyWalletRow } from '../../custody/wallets/sealing.ts'
import { signWithWallet } from '../../custody/wallets/sign.ts'
import {
  addFirstMethod,
  addMethod,
  listMethods,
  maxMethods,
  type MethodOwner,
  removeMethod,
  replaceMethod,
} from './methods.ts'
import type { SigningMethodRow } from './sealing.ts'
import { authorizeMethod } from './authorize-method.ts'
import type { AuthorizedMethod } from './authorized-method.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const failureCodes = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const
const ethereum = getChain(knownChains(), 'ETHEREUM')
const pin = '4711'

let services: CustodyServices
let owner: MethodOwner
let pinId: string

beforeEach(async () => {
  services = testServices()
  const { user, methods } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: pin } })
  owner = { tenant: 'default', ownerId: user.id, ownerKind: 'user' }
  pinId = methods[0]?.id ?? ''
})

const authorize = (value: string, id = pinId): Promise<AuthorizedMethod> =>
  authorizeMethod(services, actor, owner.ownerId, { id }, value, failureCodes)

const findMethod = async (id = pinId): Promise<SigningMethodRow | undefined> =>
  (await listMethods(services, owner.tenant, owner.ownerId)).find((row) => row.id === id)

async function addCode(): Promise<{ id: string; value: string }> {
  const { row, generatedValue } = await addMethod(
    services,
    {},
    actor,
    owner,
    { type: 'EMERGENCY_CODE' },
    await authorize(pin),
  )
  return { id: row.id, value: generatedValue ?? '' }
}

async function canSign(wallet: CustodyWalletRow, method: AuthorizedMethod): Promise<boolean> {
  const { signature } = await signWithWallet(services, actor, wallet, ethereum, { type: 'MESSAGE', data: 'hi' }, method)
  return verifyMessage('hi', signature) === wallet.address
}

describe('a signing method', () => {
  it('authorizes with the correct value only', async () => {
    expect(await outcomeCode(authorize(pin))).toBe('done')
    expect(await outcomeCode(authorize('4712'))).toBe('signing-method.invalid')
    expect(await outcomeCode(authorize(pin, 'unknown'))).toBe('signing-method.invalid')
  })

  it('is not authorized for another owner or tenant', async () => {
    const other = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: '9999' } })
    expect(await outcomeCode(authorizeMethod(services, actor, other.user.id, { id: pinId }, pin, failureCodes))).toBe(
      'signing-method.invalid',
    )
    const foreign: Actor = { tenant: 'other', id: 'test' }
    expect(await outcomeCode(authorizeMethod(services, foreign, owner.ownerId, { id: pinId }, pin, failureCodes))).toBe(
      'signing-method.invalid',
    )
  })

  it('is locked after ten failed attempts, for the correct value too', async () => {
    for (let count = 1; count <= 10; count++) {
      expect(await outcomeCode(authorize('0000'))).toBe('signing-method.invalid')
      expect(await findMethod()).toMatchObject({ remainingAttempts: 10 - count, incorrectAttempts: count })
    }
    expect(await outcomeCode(authorize(pin))).toBe('signing-method.locked')
    expect(await findMethod()).toMatchObject({ remainingAttempts: 0, incorrectAttempts: 10 })
  })

  it('resets the attempt counter after a correct value', async () => {
    for (let count = 0; count < 9; count++) await outcomeCode(authorize('0000'))
    await authorize(pin)
    expect(await findMethod()).toMatchObject({
      remainingAttempts: 10,
      incorrectAttempts: 0,
      lastUsedAt: expect.any(Number),
    })
  })

  it('checks at most ten of fifty concurrent guesses', async () => {
    const codes = await Promise.all(Array.from({ length: 50 }, () => outcomeCode(authorize('0000'))))
    expect(codes.filter((code) => code === 'signing-method.invalid')).toHaveLength(10)
    expect(codes.filter((code) => code === 'signing-method.locked')).toHaveLength(40)
    expect(await findMethod()).toMatchObject({ remainingAttempts: 0 })
  })

  it('accepts two hundred concurrent correct values', async () => {
    const codes = await Promise.all(Array.from({ length: 200 }, () => outcomeCode(authorize(pin))))
    expect(new Set(codes)).toEqual(new Set(['done']))
    expect(await findMethod()).toMatchObject({ remainingAttempts: 10, incorrectAttempts: 0 })
  })

  it('does not refund failed attempts that follow a correct one', async () => {
    const codes = await Promise.all(
      Array.from({ length: 60 }, (_, index) => outcomeCode(authorize(index % 20 === 0 ? pin : '0000'))),
    )
    expect(codes).toContain('signing-method.invalid')
    const row = await findMethod()
    expect(row?.remainingAttempts).toBeLessThanOrEqual(10)
    expect((row?.remainingAttempts ?? 0) + (row?.incorrectAttempts ?? 0)).toBe(10)
  })

  it('rejects a rate-limited source without counting an attempt', async () => {
    services = { ...services, failedAttemptLimit: { limit: 3, windowSeconds: 600 } }
    const from = (source: string, value: string) =>
      outcomeCode(authorizeMethod(services, { ...actor, source }, owner.ownerId, { id: pinId }, value, failureCodes))
    for (let count = 0; count < 3; count++) await from('192.0.2.1', '0000')
    expect(await from('192.0.2.1', '0000')).toBe('rate.limited')
    expect(await from('192.0.2.1', pin)).toBe('rate.limited')
    expect(await findMethod()).toMatchObject({ remainingAttempts: 7 })
    expect(await from('192.0.2.2', pin)).toBe('done')
  })

  it('writes audit log entries without values', async () => {
    const code = await addCode()
    await outcomeCode(authorize('0000'))
    const records = await services.storage.find(auditRecords, { orderBy: [['id', 'asc']] })
    expect(records.map((row) => row.action)).toEqual(
      expect.arrayContaining(['user.created', 'signing-method.created', 'signing-method.verification-failed']),
    )
    const whole = JSON.stringify(records)
    for (const secret of [pin, '0000', code.value]) expect(whole).not.toContain(`"${secret}"`)
  })
})

describe('adding a signing method', () => {
  it('generates an emergency code of 25 lower-case base-36 characters', async () => {
    const code = await addCode()
    expect(code.value).toMatch(/^[0-9a-z]{25}$/)
    expect(await outcomeCode(authorize(code.value, code.id))).toBe('done')
  })

  it('rejects a second emergency code', async () => {
    await addCode()
    expect(await outcomeCode(addCode())).toBe('signing-method.exists')
  })

  it('accepts one of several concurrent additions', async () => {
    const authorizedBy = await authorize(pin)
    const add = () => outcomeCode(addMethod(services, {}, actor, owner, { type: 'EMERGENCY_CODE' }, authorizedBy))
    const codes = await Promise.all(Array.from({ length: 20 }, add))
    expect(codes.filter((code) => code === 'done')).toHaveLength(1)
    expect(await listMethods(services, owner.tenant, owner.ownerId)).toHaveLength(2)
  })

  it('accepts one of several concurrent first methods, which must be a PIN', async () => {
    const { user } = await createUser(services, {}, actor, {})
    const fresh: MethodOwner = { ...owner, ownerId: user.id }
    expect(await outcomeCode(addFirstMethod(services, {}, actor, fresh, { type: 'EMERGENCY_CODE' }))).toBe(
      'signing-method.pin-must-be-first',
    )
    const add = () => outcomeCode(addFirstMethod(services, {}, actor, fresh, { type: 'PIN', value: '1234' }))
    const codes = await Promise.all(Array.from({ length: 20 }, add))
    expect(codes.filter((code) => code === 'done')).toHaveLength(1)
    expect(codes.filter((code) => code === 'signing-method.exists')).toHaveLength(19)
  })

  it.each(['123', '123456789', '12a4', '', '１２３４'])('rejects the PIN %j', async (value) => {
    const made = createUser(services, {}, actor, { signingMethod: { type: 'PIN', value } })
    expect(await outcomeCode(made)).toBe('signing-method.invalid-value')
  })

  it.each(['0000', '123456', '87654321'])('rejects the trivial PIN %j if the option is set', async (value) => {
    const method = { signingMethod: { type: 'PIN', value } }
    expect(await outcomeCode(createUser(services, { rejectTrivialPins: true }, actor, method))).toBe(
      'signing-method.invalid-value',
    )
    expect(await outcomeCode(createUser(services, {}, actor, method))).toBe('done')
  })

  it('rejects the authorization of a method that was removed since', async () => {
    const code = await addCode()
    const authorizedBy = await authorize(code.value, code.id)
    await removeMethod(services, actor, owner, code.id, await authorize(pin))
    expect(await outcomeCode(addMethod(services, {}, actor, owner, { type: 'EMERGENCY_CODE' }, authorizedBy))).toBe(
      'signing-method.invalid',
    )
  })
})

describe('replacing a signing method', () => {
  it('unlocks the method and accepts only the new value', async () => {
    const code = await addCode()
    for (let count = 0; count < 12; count++) await outcomeCode(authorize('0000'))
    await replaceMethod(services, {}, actor, owner, pinId, '987654', await authorize(code.value, code.id))
    expect(await outcomeCode(authorize(pin))).toBe('signing-method.invalid')
    expect(await outcomeCode(authorize('987654'))).toBe('done')
    expect(await findMethod()).toMatchObject({ remainingAttempts: 10, incorrectAttempts: 0 })
  })

  it('preserves all wallets for all remaining methods', async () => {
    const code = await addCode()
    const made = [await createUserWallet(services, actor, owner.ownerId, ethereum, {}, await authorize(pin))]
    made.push(await createUserWallet(services, actor, owner.ownerId, ethereum, {}, await authorize(pin)))
    await replaceMethod(services, {}, actor, owner, pinId, '987654', await authorize(code.value, code.id))
    for (const wallet of made) {
      expect(await canSign(wallet, await authorize('987654'))).toBe(true)
      expect(await canSign(wallet, await authorize(code.value, code.id))).toBe(true)
    }
    const next = await createUserWallet(services, actor, owner.ownerId, ethereum, {}, await authorize('987654'))
    expect(next.derivationPath).toBe("m/44'/60'/0'/0/2")
  })

  it('fits into one batch for an owner at the limits', () => {
    const otherWrites = 10
    expect(maxWalletsPerUser + maxMethods + otherWrites).toBeLessThan(storageLimits.writesPerBatch)
  })

  it('requires another method', async () => {
    const replaced = replaceMethod(services, {}, actor, owner, pinId, '987654', await authorize(pin))
    expect(await outcomeCode(replaced)).toBe('signing-method.different-method-required')
  })

  it('generates a new emergency code for an empty value and invalidates the old one', async () => {
    const code = await addCode()
    const { generatedValue } = await replaceMethod(services, {}, actor, owner, code.id, '', await authorize(pin))
    expect(generatedValue).toMatch(/^[0-9a-z]{25}$/)
    expect(await outcomeCode(authorize(code.value, code.id))).toBe('signing-method.invalid')
    expect(await outcomeCode(authorize(generatedValue ?? '', code.id))).toBe('done')
  })

  it('preserves wallets created concurrently', async () => {
    const code = await addCode()
    const authorizedBy = await authorize(code.value, code.id)
    const creations = Array.from({ length: 5 }, () =>
      createUserWallet(services, actor, owner.ownerId, ethereum, {}, authorizedBy),
    )
    await Promise.all([replaceMethod(services, {}, actor, owner, pinId, '987654', authorizedBy), ...creations])
    for (const wallet of await Promise.all(creations))
      expect(await canSign(wallet, await authorize('987654'))).toBe(true)
  })
})

describe('keyring rotation', () => {
  it('seals a method with the new pepper when it is next used', async () => {
    const [older, newer] = [newKey(), newKey()]
    services = { ...services, keyring: localKeyring({ keys: { k1: older }, currentKeyId: 'k1' }) }
    const { user, methods } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: pin } })
    owner = { ...owner, ownerId: user.id }
    pinId = methods[0]?.id ?? ''
    services = { ...services, keyring: localKeyring({ keys: { k1: older, k2: newer }, currentKeyId: 'k2' }) }
    expect(await outcomeCode(authorize(pin))).toBe('done')
    expect(await findMethod()).toMatchObject({ pepperKeyId: 'k2', version: 1, remainingAttempts: 10 })
    services = { ...services, keyring: localKeyring({ keys: { k2: newer }, currentKeyId: 'k2' }) }
    expect(await outcomeCode(authorize(pin))).toBe('done')
    expect(await outcomeCode(authorize('0000'))).toBe('signing-method.invalid')
  })
})

describe('passwords and biometric secrets', () => {
  it('authorize the same wallets as the PIN, and can be added several times', async () => {
    const wallet = await createUserWallet(services, actor, owner.ownerId, ethereum, {}, await authorize(pin))
    const values = {
      PASSWORD: ['correct horse', 'ein zweites Paßwort'],
      BIOMETRIC: ['vX1x9pD2k4Qs7TzL', 'aX1x9pD2k4Qs7TzL'],
    }
    for (const [type, both] of Object.entries(values))
      for (const value of both) {
        const { row } = await addMethod(services, {}, actor, owner, { type, value }, await authorize(pin))
        expect(await canSign(wallet, await authorize(value, row.id))).toBe(true)
      }
  })

  it('accept a password in any Unicode composition', async () => {
    const added = await addMethod(
      services,
      {},
      actor,
      owner,
      { type: 'PASSWORD', value: 'caf\u00e9 au lait' },
      await authorize(pin),
    )
    expect(await outcomeCode(authorize('cafe\u0301 au lait', added.row.id))).toBe('done')
  })

  it.each([
    ['PASSWORD', 'seven c'],
    ['PASSWORD', 'correct horse '],
    ['PASSWORD', 'correct horse\u00a0'],
    ['PASSWORD', 'correct\thorse'],
    ['PASSWORD', 'correct horse\u200b'],
    ['PASSWORD', 'correct horse \u2764\ufe0f'],
    ['PASSWORD', 'x'.repeat(129)],
    ['BIOMETRIC', 'too short'],
    ['BIOMETRIC', undefined],
    ['VOICE', 'la la la la la la la'],
  ])('reject the %s %j', async (type, value) => {
    const added = outcomeCode(addMethod(services, {}, actor, owner, { type, value }, await authorize(pin)))
    expect(['signing-method.invalid-value', 'signing-method.unsupported-type']).toContain(await added)
  })
})

describe('removing a signing method', () => {
  it('requires another method and rejects the removal of a PIN', async () => {
    const code = await addCode()
    expect(await outcomeCode(removeMethod(services, actor, owner, pinId, await authorize(code.value, code.id)))).toBe(
      'signing-method.pin-not-deletable',
    )
    expect(await outcomeCode(removeMethod(services, actor, owner, code.id, await authorize(code.value, code.id)))).toBe(
      'signing-method.different-method-required',
    )
    await removeMethod(services, actor, owner, code.id, await authorize(pin))
    expect(await outcomeCode(authorize(code.value, code.id))).toBe('signing-method.invalid')
    expect(await outcomeCode(removeMethod(services, actor, owner, code.id, await authorize(pin)))).toBe(
      'signing-method.not-found',
    )
  })
})
