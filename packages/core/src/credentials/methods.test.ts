import { verifyMessage } from 'ethers'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../audit/record.ts'
import { auditRecords } from '../audit/table.ts'
import { localKeyring, newKey } from '../crypto/index.ts'
import type { Services } from '../services.ts'
import { storageLimits } from '../storage/index.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { testServices } from '../test-fixtures/services.ts'
import { createUser } from '../users/create.ts'
import { chainOf, knownChains } from '../wallets/chains/index.ts'
import { createUserWallet, mostWallets } from '../wallets/create.ts'
import type { WalletRow } from '../wallets/sealing.ts'
import { signWith } from '../wallets/sign.ts'
import {
  addFirstMethod,
  addMethod,
  listMethods,
  mostMethods,
  type Owner,
  removeMethod,
  replaceMethod,
} from './methods.ts'
import type { CredentialRow } from './sealing.ts'
import { type OpenedMethod, unlock } from './unlock.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const refusals = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const
const ethereum = chainOf(knownChains(), 'ETHEREUM')
const pin = '4711'

let services: Services
let owner: Owner
let pinId: string

beforeEach(async () => {
  services = testServices()
  const { user, methods } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: pin } })
  owner = { tenant: 'default', ownerId: user.id, ownerKind: 'user' }
  pinId = methods[0]?.id ?? ''
})

const open = (value: string, id = pinId): Promise<OpenedMethod> =>
  unlock(services, actor, owner.ownerId, { id }, value, refusals)

const kept = async (id = pinId): Promise<CredentialRow | undefined> =>
  (await listMethods(services, owner.tenant, owner.ownerId)).find((row) => row.id === id)

async function addCode(): Promise<{ id: string; value: string }> {
  const { row, generatedValue } = await addMethod(
    services,
    {},
    actor,
    owner,
    { type: 'EMERGENCY_CODE' },
    await open(pin),
  )
  return { id: row.id, value: generatedValue ?? '' }
}

async function signs(wallet: WalletRow, method: OpenedMethod): Promise<boolean> {
  const { signature } = await signWith(services, actor, wallet, ethereum, { type: 'MESSAGE', data: 'hi' }, method)
  return verifyMessage('hi', signature) === wallet.address
}

describe('a signing method', () => {
  it('opens with its value and with no other', async () => {
    expect(await codeOf(open(pin))).toBe('done')
    expect(await codeOf(open('4712'))).toBe('signing-method.invalid')
    expect(await codeOf(open(pin, 'unknown'))).toBe('signing-method.invalid')
  })

  it('is not opened through another owner', async () => {
    const other = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: '9999' } })
    expect(await codeOf(unlock(services, actor, other.user.id, { id: pinId }, pin, refusals))).toBe(
      'signing-method.invalid',
    )
    const foreign: Actor = { tenant: 'other', id: 'test' }
    expect(await codeOf(unlock(services, foreign, owner.ownerId, { id: pinId }, pin, refusals))).toBe(
      'signing-method.invalid',
    )
  })

  it('counts wrong values and is locked after ten, for the right value too', async () => {
    for (let count = 1; count <= 10; count++) {
      expect(await codeOf(open('0000'))).toBe('signing-method.invalid')
      expect(await kept()).toMatchObject({ remainingAttempts: 10 - count, incorrectAttempts: count })
    }
    expect(await codeOf(open(pin))).toBe('signing-method.locked')
    expect(await kept()).toMatchObject({ remainingAttempts: 0, incorrectAttempts: 10 })
  })

  it('has all its attempts back after a right value', async () => {
    for (let count = 0; count < 9; count++) await codeOf(open('0000'))
    await open(pin)
    expect(await kept()).toMatchObject({ remainingAttempts: 10, incorrectAttempts: 0, lastUsedAt: expect.any(Number) })
  })

  it('lets at most ten of fifty parallel guesses be checked', async () => {
    const codes = await Promise.all(Array.from({ length: 50 }, () => codeOf(open('0000'))))
    expect(codes.filter((code) => code === 'signing-method.invalid')).toHaveLength(10)
    expect(codes.filter((code) => code === 'signing-method.locked')).toHaveLength(40)
    expect(await kept()).toMatchObject({ remainingAttempts: 0 })
  })

  it('is not locked by two hundred right values at once', async () => {
    const codes = await Promise.all(Array.from({ length: 200 }, () => codeOf(open(pin))))
    expect(new Set(codes)).toEqual(new Set(['done']))
    expect(await kept()).toMatchObject({ remainingAttempts: 10, incorrectAttempts: 0 })
  })

  it('never has more attempts than ten, nor gives back those of wrong values that came later', async () => {
    const codes = await Promise.all(
      Array.from({ length: 60 }, (_, index) => codeOf(open(index % 20 === 0 ? pin : '0000'))),
    )
    expect(codes).toContain('signing-method.invalid')
    const row = await kept()
    expect(row?.remainingAttempts).toBeLessThanOrEqual(10)
    expect((row?.remainingAttempts ?? 0) + (row?.incorrectAttempts ?? 0)).toBe(10)
  })

  it('is out of reach of who has sent too many wrong values, and loses no attempt to them', async () => {
    services = { ...services, wrongValues: { most: 3, seconds: 600 } }
    const from = (source: string, value: string) =>
      codeOf(unlock(services, { ...actor, source }, owner.ownerId, { id: pinId }, value, refusals))
    for (let count = 0; count < 3; count++) await from('192.0.2.1', '0000')
    expect(await from('192.0.2.1', '0000')).toBe('rate.limited')
    expect(await from('192.0.2.1', pin)).toBe('rate.limited')
    expect(await kept()).toMatchObject({ remainingAttempts: 7 })
    expect(await from('192.0.2.2', pin)).toBe('done')
  })

  it('writes what happened to it into the audit trail, and no value', async () => {
    const code = await addCode()
    await codeOf(open('0000'))
    const records = await services.storage.find(auditRecords, { orderBy: [['id', 'asc']] })
    expect(records.map((row) => row.act)).toEqual(
      expect.arrayContaining(['user.created', 'signing-method.created', 'signing-method.refused']),
    )
    const whole = JSON.stringify(records)
    for (const secret of [pin, '0000', code.value]) expect(whole).not.toContain(`"${secret}"`)
  })
})

describe('adding a signing method', () => {
  it('makes up an emergency code of 25 lower-case base-36 characters and tells it once', async () => {
    const code = await addCode()
    expect(code.value).toMatch(/^[0-9a-z]{25}$/)
    expect(await codeOf(open(code.value, code.id))).toBe('done')
  })

  it('lets an owner have one method of a type', async () => {
    await addCode()
    expect(await codeOf(addCode())).toBe('signing-method.exists')
  })

  it('lets one of many at once win', async () => {
    const authority = await open(pin)
    const add = () => codeOf(addMethod(services, {}, actor, owner, { type: 'EMERGENCY_CODE' }, authority))
    const codes = await Promise.all(Array.from({ length: 20 }, add))
    expect(codes.filter((code) => code === 'done')).toHaveLength(1)
    expect(await listMethods(services, owner.tenant, owner.ownerId)).toHaveLength(2)
  })

  it('lets one first method win, and it must be a PIN', async () => {
    const { user } = await createUser(services, {}, actor, {})
    const fresh: Owner = { ...owner, ownerId: user.id }
    expect(await codeOf(addFirstMethod(services, {}, actor, fresh, { type: 'EMERGENCY_CODE' }))).toBe(
      'signing-method.pin-first',
    )
    const add = () => codeOf(addFirstMethod(services, {}, actor, fresh, { type: 'PIN', value: '1234' }))
    const codes = await Promise.all(Array.from({ length: 20 }, add))
    expect(codes.filter((code) => code === 'done')).toHaveLength(1)
    expect(codes.filter((code) => code === 'signing-method.exists')).toHaveLength(19)
  })

  it.each(['123', '123456789', '12a4', '', '１２３４'])('refuses the PIN %j', async (value) => {
    const made = createUser(services, {}, actor, { signingMethod: { type: 'PIN', value } })
    expect(await codeOf(made)).toBe('signing-method.value-invalid')
  })

  it.each(['0000', '123456', '87654321'])('refuses the trivial PIN %j where the host says so', async (value) => {
    const method = { signingMethod: { type: 'PIN', value } }
    expect(await codeOf(createUser(services, { refuseTrivialPins: true }, actor, method))).toBe(
      'signing-method.value-invalid',
    )
    expect(await codeOf(createUser(services, {}, actor, method))).toBe('done')
  })

  it('does not take a method that was removed or replaced a moment ago for its authority', async () => {
    const code = await addCode()
    const authority = await open(code.value, code.id)
    await removeMethod(services, actor, owner, code.id, await open(pin))
    expect(await codeOf(addMethod(services, {}, actor, owner, { type: 'EMERGENCY_CODE' }, authority))).toBe(
      'signing-method.invalid',
    )
  })
})

describe('giving a signing method a new value', () => {
  it('unlocks it, and from then on the new value counts', async () => {
    const code = await addCode()
    for (let count = 0; count < 12; count++) await codeOf(open('0000'))
    await replaceMethod(services, {}, actor, owner, pinId, '987654', await open(code.value, code.id))
    expect(await codeOf(open(pin))).toBe('signing-method.invalid')
    expect(await codeOf(open('987654'))).toBe('done')
    expect(await kept()).toMatchObject({ remainingAttempts: 10, incorrectAttempts: 0 })
  })

  it('leaves every wallet usable, through every method that stays', async () => {
    const code = await addCode()
    const made = [await createUserWallet(services, actor, owner.ownerId, ethereum, {}, await open(pin))]
    made.push(await createUserWallet(services, actor, owner.ownerId, ethereum, {}, await open(pin)))
    await replaceMethod(services, {}, actor, owner, pinId, '987654', await open(code.value, code.id))
    for (const wallet of made) {
      expect(await signs(wallet, await open('987654'))).toBe(true)
      expect(await signs(wallet, await open(code.value, code.id))).toBe(true)
    }
    const next = await createUserWallet(services, actor, owner.ownerId, ethereum, {}, await open('987654'))
    expect(next.derivationPath).toBe("m/44'/60'/0'/0/2")
  })

  it('fits into one batch for an owner who has as much as one may have', () => {
    const besides = 10
    expect(mostWallets + mostMethods + besides).toBeLessThan(storageLimits.writes)
  })

  it('needs another method than itself', async () => {
    const replaced = replaceMethod(services, {}, actor, owner, pinId, '987654', await open(pin))
    expect(await codeOf(replaced)).toBe('signing-method.not-another')
  })

  it('makes up a new emergency code for a blank one, and the old one is dead', async () => {
    const code = await addCode()
    const { generatedValue } = await replaceMethod(services, {}, actor, owner, code.id, '', await open(pin))
    expect(generatedValue).toMatch(/^[0-9a-z]{25}$/)
    expect(await codeOf(open(code.value, code.id))).toBe('signing-method.invalid')
    expect(await codeOf(open(generatedValue ?? '', code.id))).toBe('done')
  })

  it('keeps a wallet that is made at the same moment usable', async () => {
    const code = await addCode()
    const authority = await open(code.value, code.id)
    const creations = Array.from({ length: 5 }, () =>
      createUserWallet(services, actor, owner.ownerId, ethereum, {}, authority),
    )
    await Promise.all([replaceMethod(services, {}, actor, owner, pinId, '987654', authority), ...creations])
    for (const wallet of await Promise.all(creations)) expect(await signs(wallet, await open('987654'))).toBe(true)
  })
})

describe('a keyring that gets a new key', () => {
  it('has each method sealed with the new pepper when it is next used, so that the old key can go', async () => {
    const [older, newer] = [newKey(), newKey()]
    services = { ...services, keyring: localKeyring({ keys: { k1: older }, currentKeyId: 'k1' }) }
    const { user, methods } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: pin } })
    owner = { ...owner, ownerId: user.id }
    pinId = methods[0]?.id ?? ''
    services = { ...services, keyring: localKeyring({ keys: { k1: older, k2: newer }, currentKeyId: 'k2' }) }
    expect(await codeOf(open(pin))).toBe('done')
    expect(await kept()).toMatchObject({ pepperKeyId: 'k2', version: 1, remainingAttempts: 10 })
    services = { ...services, keyring: localKeyring({ keys: { k2: newer }, currentKeyId: 'k2' }) }
    expect(await codeOf(open(pin))).toBe('done')
    expect(await codeOf(open('0000'))).toBe('signing-method.invalid')
  })
})

describe('passwords and biometric secrets', () => {
  it('open the same wallets as the PIN, and an owner can have several', async () => {
    const wallet = await createUserWallet(services, actor, owner.ownerId, ethereum, {}, await open(pin))
    const values = {
      PASSWORD: ['correct horse', 'ein zweites Paßwort'],
      BIOMETRIC: ['vX1x9pD2k4Qs7TzL', 'aX1x9pD2k4Qs7TzL'],
    }
    for (const [type, both] of Object.entries(values))
      for (const value of both) {
        const { row } = await addMethod(services, {}, actor, owner, { type, value }, await open(pin))
        expect(await signs(wallet, await open(value, row.id))).toBe(true)
      }
  })

  it('take a password however its characters are composed', async () => {
    const added = await addMethod(
      services,
      {},
      actor,
      owner,
      { type: 'PASSWORD', value: 'caf\u00e9 au lait' },
      await open(pin),
    )
    expect(await codeOf(open('cafe\u0301 au lait', added.row.id))).toBe('done')
  })

  it.each([
    ['PASSWORD', 'seven c'],
    ['PASSWORD', 'x'.repeat(129)],
    ['BIOMETRIC', 'too short'],
    ['BIOMETRIC', undefined],
    ['VOICE', 'la la la la la la la'],
  ])('refuse the %s %j', async (type, value) => {
    const added = codeOf(addMethod(services, {}, actor, owner, { type, value }, await open(pin)))
    expect(['signing-method.value-invalid', 'signing-method.unsupported-type']).toContain(await added)
  })
})

describe('removing a signing method', () => {
  it('needs another method, and a PIN stays', async () => {
    const code = await addCode()
    expect(await codeOf(removeMethod(services, actor, owner, pinId, await open(code.value, code.id)))).toBe(
      'signing-method.pin-kept',
    )
    expect(await codeOf(removeMethod(services, actor, owner, code.id, await open(code.value, code.id)))).toBe(
      'signing-method.not-another',
    )
    await removeMethod(services, actor, owner, code.id, await open(pin))
    expect(await codeOf(open(code.value, code.id))).toBe('signing-method.invalid')
    expect(await codeOf(removeMethod(services, actor, owner, code.id, await open(pin)))).toBe('signing-method.unknown')
  })
})
