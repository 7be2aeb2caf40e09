import type { CustodyServices } from '../../custody/services.ts'
import { createHmac } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { type Keyring, localKeyring, newKey, hpkeSeal, createPasswordHasher } from '../../kernel/crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { batch, update } from '../../kernel/storage/index.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createUser } from '../users/create.ts'
import { getChain, knownChains } from '../../custody/wallets/chains/index.ts'
import { createUserWallet, maxWalletsPerUser } from '../../custody/wallets/create.ts'
import { importUserWallet } from '../../custody/wallets/import.ts'
import { openWalletKey, type CustodyWalletRow } from '../../custody/wallets/sealing.ts'
import { seeds, wallets } from '../../custody/wallets/tables.ts'
import { addMethod, listMethods, maxMethods, type MethodOwner, replaceMethod } from './methods.ts'
import { type SigningMethodRow, generateMasterSecret } from './sealing.ts'
import { signingMethods } from './tables.ts'
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

async function findPin(): Promise<SigningMethodRow> {
  const [row] = await services.storage.find(signingMethods, { where: { id: pinId } })
  if (row === undefined) throw new Error('expected a PIN')
  return row
}

describe('attempt counting', () => {
  it('does not count values that no method can have', async () => {
    const impossible = ['x'.repeat(1025), '47\ud800']
    for (const value of impossible) expect(await outcomeCode(authorize(value))).toBe('input.invalid')
    expect(await findPin()).toMatchObject({ remainingAttempts: 10, incorrectAttempts: 0 })
  })

  it('does not count attempts while the keyring is unavailable', async () => {
    const { keyring } = services
    const unreachable: Keyring = {
      currentKeyId: keyring.currentKeyId,
      derive: () => Promise.reject(new BillfoldError('keyring.unavailable')),
    }
    services = { ...services, keyring: unreachable }
    for (let count = 0; count < 12; count++) expect(await outcomeCode(authorize(pin))).toBe('keyring.unavailable')
    services = { ...services, keyring }
    expect(await findPin()).toMatchObject({ remainingAttempts: 10 })
    expect(await outcomeCode(authorize(pin))).toBe('done')
  })

  it('limits the failed attempts of one caller over all users, also when sent concurrently', async () => {
    const concurrency = 2
    const cost = { logN: 4, r: 1, p: 1 }
    const hash = createPasswordHasher({ cost, concurrency, queue: 1000, perSource: 1000, maxWaitSeconds: 600 })
    services = { ...services, failedAttemptLimit: { limit: 5, windowSeconds: 86_400 }, passwordHasher: hash }
    const users = await Promise.all(
      Array.from({ length: 40 }, () => createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: pin } })),
    )
    const codes = await Promise.all(
      users.map(({ user }) =>
        outcomeCode(authorizeMethod(services, actor, user.id, { type: 'PIN' }, '0000', failureCodes)),
      ),
    )
    const checked = codes.filter((code) => code === 'signing-method.invalid')
    expect(checked.length).toBeLessThan(5 + concurrency)
    expect(codes.filter((code) => code === 'rate.limited')).toHaveLength(40 - checked.length)
  })
})

describe('failed attempts at one owner', () => {
  it('do not use up the limit of a caller that serves many users from one address', async () => {
    services = { ...services, failedAttemptLimit: { limit: 5, windowSeconds: 86_400 } }
    const { user } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: pin } })
    for (let attempt = 0; attempt < 30; attempt++) await outcomeCode(authorize('0000'))
    const other = authorizeMethod(services, actor, user.id, { type: 'PIN' }, pin, failureCodes)
    expect(await outcomeCode(other)).toBe('done')
  })
})

describe('limits per owner', () => {
  it('are not exceeded by signing methods added concurrently', async () => {
    const method = await authorize(pin)
    for (let count = 1; count < maxMethods - 1; count++)
      await addMethod(services, {}, actor, owner, { type: 'PASSWORD', value: `password ${count}` }, method)
    const added = await Promise.all(
      ['one', 'two', 'three', 'four'].map((word) =>
        outcomeCode(addMethod(services, {}, actor, owner, { type: 'PASSWORD', value: `password ${word}` }, method)),
      ),
    )
    expect(added.filter((code) => code === 'done')).toHaveLength(1)
    expect(await listMethods(services, owner.tenant, owner.ownerId)).toHaveLength(maxMethods)
  })

  it('are not exceeded by wallets imported concurrently, so that the PIN can still be replaced', async () => {
    const method = await authorize(pin)
    const code = await addMethod(services, {}, actor, owner, { type: 'EMERGENCY_CODE' }, method)
    const importWallet = () =>
      importUserWallet(services, actor, owner.ownerId, ethereum, ethereum.generateKey(), {}, method)
    for (let count = 1; count < maxWalletsPerUser; count++) await importWallet()
    const imported = await Promise.all(Array.from({ length: 100 }, () => outcomeCode(importWallet())))
    expect(imported.filter((outcome) => outcome === 'done')).toHaveLength(1)
    expect(await services.storage.find(wallets, { where: { ownerId: owner.ownerId } })).toHaveLength(maxWalletsPerUser)
    const authorizedBy = await authorize(code.generatedValue ?? '', code.row.id)
    expect(await outcomeCode(replaceMethod(services, {}, actor, owner, pinId, '987654', authorizedBy))).toBe('done')
  }, 300_000)
})

describe('replacing a value twice concurrently', () => {
  it('stores one of the two values and hashes each value once', async () => {
    const code = await addMethod(services, {}, actor, owner, { type: 'EMERGENCY_CODE' }, await authorize(pin))
    const authorizedBy = await authorize(code.generatedValue ?? '', code.row.id)
    let hashes = 0
    const { passwordHasher: hash } = services
    const countingDerive: typeof hash.deriveUnqueued = (...input) => {
      hashes++
      return hash.deriveUnqueued(...input)
    }
    services = { ...services, passwordHasher: { ...hash, deriveUnqueued: countingDerive } }
    const values = ['111122', '333344']
    const replaced = await Promise.all(
      values.map((value) => outcomeCode(replaceMethod(services, {}, actor, owner, pinId, value, authorizedBy))),
    )
    expect(replaced).toEqual(['done', 'done'])
    expect(hashes).toBe(2)
    const results = await Promise.all(values.map((value) => outcomeCode(authorize(value))))
    expect(new Set(results)).toEqual(new Set(['done', 'signing-method.invalid']))
  })
})

describe('an attacker with write access to the database', () => {
  /** Seals another master secret to the PIN's public key, with the best tag that can be computed without the keyring. */
  async function plant(): Promise<ReturnType<typeof generateMasterSecret>> {
    const row = await findPin()
    const planted = generateMasterSecret(row.generation)
    const info = new TextEncoder().encode(
      JSON.stringify(['billfold master secret', row.tenant, row.ownerId, row.id, row.generation]),
    )
    const sealedSecret = hpkeSeal(row.publicKey, planted.bytes, { info, aad: new Uint8Array() })
    const publicKeyTag = Uint8Array.from(
      createHmac('sha256', planted.bytes)
        .update('billfold method key\0')
        .update(`${row.id}\0${row.generation}\0`)
        .update(row.publicKey)
        .digest(),
    )
    await services.storage.commit(
      batch(update(signingMethods, { where: { id: pinId }, set: { sealedSecret, publicKeyTag } })),
    )
    return planted
  }

  it("cannot make the owner's next wallet use a planted master secret", async () => {
    const planted = await plant()
    const made = createUserWallet(services, actor, owner.ownerId, ethereum, {}, await authorize(pin))
    const outcome = await made.then(
      (wallet: CustodyWalletRow) => openWalletKey(wallet, planted).length,
      (error: unknown) => (isBillfoldError(error) ? error.code : error),
    )
    expect(outcome).toBe('signing-method.invalid')
    expect(await services.storage.find(seeds)).toEqual([])
  })

  it('cannot have a planted master secret tagged by a keyring rotation', async () => {
    const keys = { k1: newKey(), k2: newKey() }
    services = { ...testServices(), keyring: localKeyring({ keys, currentKeyId: 'k1' }) }
    const { user, methods } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: pin } })
    owner = { ...owner, ownerId: user.id }
    pinId = methods[0]?.id ?? ''
    await plant()
    services = { ...services, keyring: localKeyring({ keys, currentKeyId: 'k2' }) }
    expect(await outcomeCode(authorize(pin))).toBe('sealed.invalid')
    expect(await findPin()).toMatchObject({ pepperKeyId: 'k1' })
  })
})

describe('keyring rotation', () => {
  it('preserves all methods when one is replaced and another re-encrypted concurrently', async () => {
    const code = await addMethod(services, {}, actor, owner, { type: 'EMERGENCY_CODE' }, await authorize(pin))
    const password = 'correct horse'
    const { row } = await addMethod(
      services,
      {},
      actor,
      owner,
      { type: 'PASSWORD', value: password },
      await authorize(pin),
    )
    const authorizedBy = await authorize(code.generatedValue ?? '', code.row.id)
    const derive = services.keyring.derive
    services = {
      ...services,
      keyring: { currentKeyId: 'k2', derive: (id, purpose) => derive('k1', `${id} ${purpose}`.replace('k1 ', '')) },
    }
    const outcomes = await Promise.all([
      outcomeCode(replaceMethod(services, {}, actor, owner, pinId, '987654', authorizedBy)),
      outcomeCode(authorize(password, row.id)),
    ])
    expect(outcomes).toEqual(['done', 'done'])
    const wallet = createUserWallet(services, actor, owner.ownerId, ethereum, {}, await authorize(password, row.id))
    await expect(wallet).resolves.toMatchObject({ generation: 2 })
    expect(
      await outcomeCode(createUserWallet(services, actor, owner.ownerId, ethereum, {}, await authorize('987654'))),
    ).toBe('done')
  })
})
