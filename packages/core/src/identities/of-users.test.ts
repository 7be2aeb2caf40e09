import { HDNodeWallet, Mnemonic } from 'ethers'
import { describe, expect, it } from 'vitest'
import { auditRecords } from '../audit/table.ts'
import { addMethod, removeMethod, replaceMethod } from '../credentials/methods.ts'
import { ownerCloses } from '../credentials/owner-writes.ts'
import { type OpenedMethod, unlock } from '../credentials/unlock.ts'
import { localKeyring, newKey } from '../crypto/index.ts'
import type { Services } from '../services.ts'
import { batch, memoryStorage } from '../storage/index.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { actor, didSettings } from '../test-fixtures/did-settings.ts'
import { interrupted } from '../test-fixtures/interrupted.ts'
import { testServices } from '../test-fixtures/services.ts'
import { archiveUser } from '../users/change.ts'
import { createUser } from '../users/create.ts'
import { createVault } from '../vaults/create.ts'
import { findVault } from '../vaults/find.ts'
import { type Authorise, unauthorised } from '../vaults/holder.ts'
import { openEntropy } from '../vaults/seal-entropy.ts'
import { createIdentity, mostIdentities } from './create.ts'
import { signDidAuth } from './did-auth/sign.ts'
import { findIdentityById } from './find.ts'
import { didData } from './personal-data.ts'
import { removeIdentity } from './remove.ts'
import type { IdentityRow } from './seal-key.ts'
import { signHash } from './sign-hash.ts'
import { identities } from './tables.ts'

const settings = didSettings()
const failureCodes = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const

interface TestUser {
  readonly userId: string
  readonly pinId: string
  readonly authorise: Authorise
}

async function createTestUser(services: Services): Promise<TestUser> {
  const input = { signingMethod: { type: 'PIN', value: '123456' } }
  const { user, methods } = await createUser(services, {}, actor, input)
  const pinId = methods[0]?.id ?? ''
  const authorise: Authorise = (userId) => unlock(services, actor, userId, { type: 'PIN' }, '123456', failureCodes)
  return { userId: user.id, pinId, authorise }
}

function createWallet(services: Services, input: object, authorise: Authorise): Promise<IdentityRow> {
  return createIdentity(services, settings, actor, { didMethod: 'spherity', ...input }, authorise)
}

function sign(services: Services, { did }: IdentityRow, authorise: Authorise): Promise<unknown> {
  const request = { did, act: 'POST /wallet/rename', bod: 'a'.repeat(43), audience: 'x' }
  return signDidAuth(services, settings, actor, request, authorise)
}

describe('DID wallets of users', () => {
  it('creates and signs only with a signing method of the user', async () => {
    const services = testServices()
    const { userId, authorise } = await createTestUser(services)
    const other = await createTestUser(services)
    const row = await createWallet(services, { userId }, authorise)
    expect(row).toMatchObject({ userId, generation: 1 })
    expect(await codeOf(sign(services, row, authorise))).toBe('done')
    expect(await codeOf(sign(services, row, unauthorised))).toBe('signing-method.required')
    expect(await codeOf(sign(services, row, () => other.authorise(other.userId)))).toBe('signing-method.invalid')
    expect(await codeOf(createWallet(services, { userId }, unauthorised))).toBe('signing-method.required')
    expect(await codeOf(createWallet(services, { userId }, () => other.authorise(other.userId)))).toBe(
      'signing-method.invalid',
    )
    expect(await codeOf(createWallet(services, { userId: 'nobody' }, authorise))).toBe('user.unknown')
  })

  it('seals the key under the master secret of the user, not only the keyring', async () => {
    const services = testServices()
    const { userId, authorise } = await createTestUser(services)
    const userOwned = await createWallet(services, { userId }, authorise)
    const serviceOwned = await createWallet(services, {}, unauthorised)
    expect(userOwned.sealedKey?.[0]).toBe(2)
    expect(serviceOwned.sealedKey?.[0]).toBe(1)
  })

  it('reencrypts wallets and vaults when a signing method is replaced or removed', async () => {
    const services = testServices()
    const { userId, pinId, authorise } = await createTestUser(services)
    const owner = { tenant: 'default', ownerId: userId, ownerKind: 'user' as const }
    const vault = await createVault(services, undefined, actor, { kind: 'BIP44', userId }, authorise)
    const rows = [
      await createWallet(services, { userId }, authorise),
      await createWallet(services, { vaultId: vault.id }, authorise),
    ]
    const removed = await createWallet(services, { userId }, authorise)
    await removeIdentity(services, settings, actor, removed)
    const code = 'emergency-code-of-somebody'
    const added = await addMethod(
      services,
      {},
      actor,
      owner,
      { type: 'EMERGENCY_CODE', value: code },
      await authorise(userId),
    )
    const byCode = (): Promise<OpenedMethod> =>
      unlock(services, actor, userId, { id: added.row.id }, code, failureCodes)
    await replaceMethod(services, {}, actor, owner, pinId, '654321', await byCode())
    const byNewPin: Authorise = () => unlock(services, actor, userId, { type: 'PIN' }, '654321', failureCodes)
    await removeMethod(services, actor, owner, added.row.id, await byNewPin(userId))
    for (const row of rows) {
      expect((await findIdentityById(services, 'default', row.id)).generation).toBe(3)
      expect(await codeOf(sign(services, row, byNewPin))).toBe('done')
      expect(await codeOf(sign(services, row, authorise))).toBe('signing-method.invalid')
    }
    expect((await findVault(services, 'default', vault.id)).generation).toBe(3)
    expect((await createWallet(services, { vaultId: vault.id }, byNewPin)).hdIndex).toBe(1)
    expect(await codeOf(findIdentityById(services, 'default', removed.id))).toBe('identity.unknown')
  })

  it('exports the wallets of a user, and destroys their keys on erasure', async () => {
    const services = testServices()
    const { userId, authorise } = await createTestUser(services)
    const person = { tenant: 'default', userId }
    expect(await didData.collect(services, person)).toBeUndefined()
    const vault = await createVault(services, undefined, actor, { kind: 'BIP44', userId }, authorise)
    const row = await createWallet(services, { vaultId: vault.id }, authorise)
    expect(await didData.collect(services, person)).toMatchObject([{ id: row.id, did: row.did, alias: row.did }])
    const { writes } = await didData.erase(services, person)
    await services.storage.commit(batch(...writes))
    const [deleted] = await services.storage.find(identities, { where: { id: row.id } })
    expect(deleted).toMatchObject({ did: row.did, alias: null, sealedKey: null, state: 'deleted' })
    expect((await findVault(services, 'default', vault.id)).sealedEntropy).toBeNull()
  })

  it('returns no token if the wallet, the user or the method is deleted concurrently', async () => {
    const services = testServices()
    const { userId, pinId, authorise } = await createTestUser(services)
    const owner = { tenant: 'default', ownerId: userId, ownerKind: 'user' as const }
    const code = { type: 'EMERGENCY_CODE', value: 'emergency-code-of-somebody' }
    const { row: method } = await addMethod(services, {}, actor, owner, code, await authorise(userId))
    const signWhile = async (interleaved: (row: IdentityRow) => Promise<unknown>): Promise<unknown> => {
      const row = await createWallet(services, { userId }, authorise)
      const authorized = await authorise(userId)
      const storage = interrupted(services.storage, auditRecords.name, () => interleaved(row))
      return codeOf(sign({ ...services, storage }, row, async () => authorized))
    }
    expect(await signWhile((row) => removeIdentity(services, settings, actor, row))).toBe('identity.unknown')
    const replaced = signWhile(async () => {
      const byCode = await unlock(services, actor, userId, { id: method.id }, code.value, failureCodes)
      await replaceMethod(services, {}, actor, owner, pinId, '123456', byCode)
    })
    expect(await replaced).toBe('signing-method.invalid')
    const userDeleted = signWhile(() => archiveUser(services, actor, userId, [ownerCloses(userId, 1)]))
    expect(await userDeleted).toBe('signing-method.invalid')
    expect(await services.storage.find(auditRecords, { where: { act: 'identity.did-auth-signed' } })).toEqual([])
  })

  it('rejects new wallets once the user has reached the limit', async () => {
    const services = testServices()
    const { userId, authorise } = await createTestUser(services)
    const authorized = await authorise(userId)
    const outcomes = await Promise.all(
      Array.from({ length: mostIdentities + 5 }, () => codeOf(createWallet(services, { userId }, async () => authorized))),
    )
    expect(outcomes.filter((code) => code === 'done')).toHaveLength(mostIdentities)
    expect(outcomes.filter((code) => code === 'user.full')).toHaveLength(5)
  })
})

describe('wallets in a vault', () => {
  it('have the addresses that ethers derives from the mnemonic (BIP-39, BIP-44)', async () => {
    const services = testServices()
    const vault = await createVault(services, undefined, actor, { kind: 'BIP44' }, unauthorised)
    const entropy = await openEntropy(services, vault, undefined)
    const words = Mnemonic.fromEntropy(entropy)
    for (let index = 0; index < 3; index++) {
      const row = await createWallet(services, { vaultId: vault.id }, unauthorised)
      expect(row.hdIndex).toBe(index)
      const derived = HDNodeWallet.fromMnemonic(words, `m/44'/60'/0'/0/${index}`)
      expect(row.ethereumAddress).toBe(derived.address)
    }
  })

  it('belong to the owner and the tenant of the vault', async () => {
    const services = testServices()
    const { userId, authorise } = await createTestUser(services)
    const serviceOwned = await createVault(services, undefined, actor, { kind: 'BIP44' }, unauthorised)
    const userOwned = await createVault(services, undefined, actor, { kind: 'BIP44', userId }, authorise)
    expect((await createWallet(services, { vaultId: userOwned.id }, authorise)).userId).toBe(userId)
    expect(await codeOf(createWallet(services, { vaultId: userOwned.id }, unauthorised))).toBe(
      'signing-method.required',
    )
    expect(await codeOf(createWallet(services, { vaultId: serviceOwned.id, userId }, authorise))).toBe('vault.unknown')
    const foreign = { ...actor, tenant: 'other' }
    const input = { didMethod: 'spherity', vaultId: serviceOwned.id }
    expect(await codeOf(createIdentity(services, settings, foreign, input, unauthorised))).toBe('vault.unknown')
  })
})

it('reencrypts a service-owned key under the newest keyring key when it is used', async () => {
  const keys = { k1: newKey(), k2: newKey() }
  const storage = memoryStorage()
  const before = { ...testServices(storage), keyring: localKeyring({ keys, currentKeyId: 'k1' }) }
  const row = await createWallet(before, {}, unauthorised)
  const after = { ...before, keyring: localKeyring({ keys, currentKeyId: 'k2' }) }
  expect(await codeOf(sign(after, row, unauthorised))).toBe('done')
  const without = { ...before, keyring: localKeyring({ keys: { k2: keys.k2 }, currentKeyId: 'k2' }) }
  expect(await codeOf(sign(without, row, unauthorised))).toBe('done')
})

it('reencrypts a service-owned seed under the newest keyring key when it is used', async () => {
  const keys = { k1: newKey(), k2: newKey() }
  const before = { ...testServices(), keyring: localKeyring({ keys, currentKeyId: 'k1' }) }
  const vault = await createVault(before, undefined, actor, { kind: 'BIP44' }, unauthorised)
  const after = { ...before, keyring: localKeyring({ keys, currentKeyId: 'k2' }) }
  expect((await createWallet(after, { vaultId: vault.id }, unauthorised)).hdIndex).toBe(0)
  const without = { ...before, keyring: localKeyring({ keys: { k2: keys.k2 }, currentKeyId: 'k2' }) }
  expect((await createWallet(without, { vaultId: vault.id }, unauthorised)).hdIndex).toBe(1)
})

it('never reuses the index of a deleted wallet, and rejects signing with its key', async () => {
  const services = testServices()
  const vault = await createVault(services, undefined, actor, { kind: 'BIP44' }, unauthorised)
  const first = await createWallet(services, { vaultId: vault.id }, unauthorised)
  await removeIdentity(services, settings, actor, first)
  const second = await createWallet(services, { vaultId: vault.id }, unauthorised)
  await removeIdentity(services, settings, actor, second)
  const third = await createWallet(services, { vaultId: vault.id }, unauthorised)
  expect([first.hdIndex, second.hdIndex, third.hdIndex]).toEqual([0, 1, 2])
  for (const removed of [first, second]) {
    expect(await codeOf(sign(services, removed, unauthorised))).toBe('identity.unknown')
    // A row read before the deletion must not open the key either.
    const signer = { row: removed, authority: undefined }
    expect(await codeOf(signHash(services, settings, signer, new Uint8Array(32)))).toBe('identity.unknown')
  }
})
