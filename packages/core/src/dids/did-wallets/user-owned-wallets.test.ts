import type { CustodyServices } from '../../custody/services.ts'
import { HDNodeWallet, Mnemonic } from 'ethers'
import { describe, expect, it } from 'vitest'
import { auditRecords } from '../../platform/audit/tables.ts'
import { addMethod, removeMethod, replaceMethod } from '../../identity/signing-methods/methods.ts'
import { closeOwnerWrites } from '../../identity/signing-methods/owner.ts'
import { authorizeMethod } from '../../identity/signing-methods/authorize-method.ts'
import type { AuthorizedMethod } from '../../identity/signing-methods/authorized-method.ts'
import { localKeyring, newKey } from '../../kernel/crypto/index.ts'
import { batch, memoryStorage } from '../../kernel/storage/index.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testActor, didSettings } from '../../test-fixtures/did-settings.ts'
import { interruptCommit } from '../../test-fixtures/interrupted-storage.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { archiveUser } from '../../identity/users/update.ts'
import { createUser } from '../../identity/users/create.ts'
import { createVault } from '../vaults/create.ts'
import { getVault } from '../vaults/find.ts'
import { type AuthorizeUser, noSigningMethod } from '../vaults/sealing-scope.ts'
import { openVaultEntropy } from '../vaults/seal-entropy.ts'
import { createDidWallet, maxDidWalletsPerUser } from './create.ts'
import { signDidAuthToken } from './did-auth/sign.ts'
import { getDidWalletById } from './find.ts'
import { didPersonalData } from './personal-data.ts'
import { deleteDidWallet } from './delete.ts'
import type { DidWalletRow } from './seal-key.ts'
import { signHashForDid } from './sign-hash.ts'
import { didWallets } from './tables.ts'

const settings = didSettings()
const failureCodes = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const

interface TestUser {
  readonly userId: string
  readonly pinId: string
  readonly authorise: AuthorizeUser
}

async function createTestUser(services: CustodyServices): Promise<TestUser> {
  const input = { signingMethod: { type: 'PIN', value: '123456' } }
  const { user, methods } = await createUser(services, {}, testActor, input)
  const pinId = methods[0]?.id ?? ''
  const authorise: AuthorizeUser = (userId) =>
    authorizeMethod(services, testActor, userId, { type: 'PIN' }, '123456', failureCodes)
  return { userId: user.id, pinId, authorise }
}

function createWallet(services: CustodyServices, input: object, authorise: AuthorizeUser): Promise<DidWalletRow> {
  return createDidWallet(services, settings, testActor, { didMethod: 'spherity', ...input }, authorise)
}

function sign(services: CustodyServices, { did }: DidWalletRow, authorise: AuthorizeUser): Promise<unknown> {
  const request = { did, act: 'POST /wallet/rename', bod: 'a'.repeat(43), audience: 'x' }
  return signDidAuthToken(services, settings, testActor, request, authorise)
}

describe('DID wallets of users', () => {
  it('creates and signs only with a signing method of the user', async () => {
    const services = testServices()
    const { userId, authorise } = await createTestUser(services)
    const other = await createTestUser(services)
    const row = await createWallet(services, { userId }, authorise)
    expect(row).toMatchObject({ userId, generation: 1 })
    expect(await outcomeCode(sign(services, row, authorise))).toBe('done')
    expect(await outcomeCode(sign(services, row, noSigningMethod))).toBe('signing-method.required')
    expect(await outcomeCode(sign(services, row, () => other.authorise(other.userId)))).toBe('signing-method.invalid')
    expect(await outcomeCode(createWallet(services, { userId }, noSigningMethod))).toBe('signing-method.required')
    expect(await outcomeCode(createWallet(services, { userId }, () => other.authorise(other.userId)))).toBe(
      'signing-method.invalid',
    )
    expect(await outcomeCode(createWallet(services, { userId: 'nobody' }, authorise))).toBe('user.not-found')
  })

  it('seals the key under the master secret of the user, not only the keyring', async () => {
    const services = testServices()
    const { userId, authorise } = await createTestUser(services)
    const userOwned = await createWallet(services, { userId }, authorise)
    const serviceOwned = await createWallet(services, {}, noSigningMethod)
    expect(userOwned.sealedKey?.[0]).toBe(2)
    expect(serviceOwned.sealedKey?.[0]).toBe(1)
  })

  it('reencrypts wallets and vaults when a signing method is replaced or removed', async () => {
    const services = testServices()
    const { userId, pinId, authorise } = await createTestUser(services)
    const owner = { tenant: 'default', ownerId: userId, ownerKind: 'user' as const }
    const vault = await createVault(services, undefined, testActor, { kind: 'BIP44', userId }, authorise)
    const rows = [
      await createWallet(services, { userId }, authorise),
      await createWallet(services, { vaultId: vault.id }, authorise),
    ]
    const removed = await createWallet(services, { userId }, authorise)
    await deleteDidWallet(services, settings, testActor, removed)
    const code = 'w2v7yertaad21lhudqghzwcg4'
    const added = await addMethod(
      services,
      {},
      testActor,
      owner,
      { type: 'EMERGENCY_CODE', value: code },
      await authorise(userId),
    )
    const byCode = (): Promise<AuthorizedMethod> =>
      authorizeMethod(services, testActor, userId, { id: added.row.id }, code, failureCodes)
    await replaceMethod(services, {}, testActor, owner, pinId, '654321', await byCode())
    const byNewPin: AuthorizeUser = () =>
      authorizeMethod(services, testActor, userId, { type: 'PIN' }, '654321', failureCodes)
    await removeMethod(services, testActor, owner, added.row.id, await byNewPin(userId))
    for (const row of rows) {
      expect((await getDidWalletById(services, 'default', row.id)).generation).toBe(3)
      expect(await outcomeCode(sign(services, row, byNewPin))).toBe('done')
      expect(await outcomeCode(sign(services, row, authorise))).toBe('signing-method.invalid')
    }
    expect((await getVault(services, 'default', vault.id)).generation).toBe(3)
    expect((await createWallet(services, { vaultId: vault.id }, byNewPin)).hdIndex).toBe(1)
    expect(await outcomeCode(getDidWalletById(services, 'default', removed.id))).toBe('did-wallet.not-found')
  })

  it('exports the wallets of a user, and destroys their keys on erasure', async () => {
    const services = testServices()
    const { userId, authorise } = await createTestUser(services)
    const person = { tenant: 'default', userId }
    expect(await didPersonalData.collect(services, person)).toBeUndefined()
    const vault = await createVault(services, undefined, testActor, { kind: 'BIP44', userId }, authorise)
    const row = await createWallet(services, { vaultId: vault.id }, authorise)
    expect(await didPersonalData.collect(services, person)).toMatchObject([
      { id: row.id, did: row.did, alias: row.did },
    ])
    const { writes } = await didPersonalData.erase(services, person)
    await services.storage.commit(batch(...writes))
    const [deleted] = await services.storage.find(didWallets, { where: { id: row.id } })
    expect(deleted).toMatchObject({ did: row.did, alias: null, sealedKey: null, state: 'deleted' })
    expect((await getVault(services, 'default', vault.id)).sealedEntropy).toBeNull()
  })

  it('returns no token if the wallet, the user or the method is deleted concurrently', async () => {
    const services = testServices()
    const { userId, pinId, authorise } = await createTestUser(services)
    const owner = { tenant: 'default', ownerId: userId, ownerKind: 'user' as const }
    const code = { type: 'EMERGENCY_CODE', value: 'w2v7yertaad21lhudqghzwcg4' }
    const { row: method } = await addMethod(services, {}, testActor, owner, code, await authorise(userId))
    const signWhile = async (interleaved: (row: DidWalletRow) => Promise<unknown>): Promise<unknown> => {
      const row = await createWallet(services, { userId }, authorise)
      const authorized = await authorise(userId)
      const storage = interruptCommit(services.storage, auditRecords.name, () => interleaved(row))
      return outcomeCode(sign({ ...services, storage }, row, async () => authorized))
    }
    expect(await signWhile((row) => deleteDidWallet(services, settings, testActor, row))).toBe('did-wallet.not-found')
    const replaced = signWhile(async () => {
      const byCode = await authorizeMethod(services, testActor, userId, { id: method.id }, code.value, failureCodes)
      await replaceMethod(services, {}, testActor, owner, pinId, '123456', byCode)
    })
    expect(await replaced).toBe('signing-method.invalid')
    const userDeleted = signWhile(() => archiveUser(services, testActor, userId, closeOwnerWrites(userId, 1)))
    expect(await userDeleted).toBe('signing-method.invalid')
    expect(await services.storage.find(auditRecords, { where: { action: 'did-wallet.did-auth-signed' } })).toEqual([])
  })

  it('rejects new wallets once the user has reached the limit', async () => {
    const services = testServices()
    const { userId, authorise } = await createTestUser(services)
    const authorized = await authorise(userId)
    const outcomes = await Promise.all(
      Array.from({ length: maxDidWalletsPerUser + 5 }, () =>
        outcomeCode(createWallet(services, { userId }, async () => authorized)),
      ),
    )
    expect(outcomes.filter((code) => code === 'done')).toHaveLength(maxDidWalletsPerUser)
    expect(outcomes.filter((code) => code === 'user.limit-reached')).toHaveLength(5)
  })
})

describe('wallets in a vault', () => {
  it('have the addresses that ethers derives from the mnemonic (BIP-39, BIP-44)', async () => {
    const services = testServices()
    const vault = await createVault(services, undefined, testActor, { kind: 'BIP44' }, noSigningMethod)
    const entropy = await openVaultEntropy(services, vault, undefined)
    const words = Mnemonic.fromEntropy(entropy)
    for (let index = 0; index < 3; index++) {
      const row = await createWallet(services, { vaultId: vault.id }, noSigningMethod)
      expect(row.hdIndex).toBe(index)
      const derived = HDNodeWallet.fromMnemonic(words, `m/44'/60'/0'/0/${index}`)
      expect(row.ethereumAddress).toBe(derived.address)
    }
  })

  it('belong to the owner and the tenant of the vault', async () => {
    const services = testServices()
    const { userId, authorise } = await createTestUser(services)
    const serviceOwned = await createVault(services, undefined, testActor, { kind: 'BIP44' }, noSigningMethod)
    const userOwned = await createVault(services, undefined, testActor, { kind: 'BIP44', userId }, authorise)
    expect((await createWallet(services, { vaultId: userOwned.id }, authorise)).userId).toBe(userId)
    expect(await outcomeCode(createWallet(services, { vaultId: userOwned.id }, noSigningMethod))).toBe(
      'signing-method.required',
    )
    expect(await outcomeCode(createWallet(services, { vaultId: serviceOwned.id, userId }, authorise))).toBe(
      'vault.not-found',
    )
    const foreign = { ...testActor, tenant: 'other' }
    const input = { didMethod: 'spherity', vaultId: serviceOwned.id }
    expect(await outcomeCode(createDidWallet(services, settings, foreign, input, noSigningMethod))).toBe(
      'vault.not-found',
    )
  })
})

it('reencrypts a service-owned key under the newest keyring key when it is used', async () => {
  const keys = { k1: newKey(), k2: newKey() }
  const storage = memoryStorage()
  const before = { ...testServices(storage), keyring: localKeyring({ keys, currentKeyId: 'k1' }) }
  const row = await createWallet(before, {}, noSigningMethod)
  const after = { ...before, keyring: localKeyring({ keys, currentKeyId: 'k2' }) }
  expect(await outcomeCode(sign(after, row, noSigningMethod))).toBe('done')
  const without = { ...before, keyring: localKeyring({ keys: { k2: keys.k2 }, currentKeyId: 'k2' }) }
  expect(await outcomeCode(sign(without, row, noSigningMethod))).toBe('done')
})

it('reencrypts a service-owned seed under the newest keyring key when it is used', async () => {
  const keys = { k1: newKey(), k2: newKey() }
  const before = { ...testServices(), keyring: localKeyring({ keys, currentKeyId: 'k1' }) }
  const vault = await createVault(before, undefined, testActor, { kind: 'BIP44' }, noSigningMethod)
  const after = { ...before, keyring: localKeyring({ keys, currentKeyId: 'k2' }) }
  expect((await createWallet(after, { vaultId: vault.id }, noSigningMethod)).hdIndex).toBe(0)
  const without = { ...before, keyring: localKeyring({ keys: { k2: keys.k2 }, currentKeyId: 'k2' }) }
  expect((await createWallet(without, { vaultId: vault.id }, noSigningMethod)).hdIndex).toBe(1)
})

it('never reuses the index of a deleted wallet, and rejects signing with its key', async () => {
  const services = testServices()
  const vault = await createVault(services, undefined, testActor, { kind: 'BIP44' }, noSigningMethod)
  const first = await createWallet(services, { vaultId: vault.id }, noSigningMethod)
  await deleteDidWallet(services, settings, testActor, first)
  const second = await createWallet(services, { vaultId: vault.id }, noSigningMethod)
  await deleteDidWallet(services, settings, testActor, second)
  const third = await createWallet(services, { vaultId: vault.id }, noSigningMethod)
  expect([first.hdIndex, second.hdIndex, third.hdIndex]).toEqual([0, 1, 2])
  for (const removed of [first, second]) {
    expect(await outcomeCode(sign(services, removed, noSigningMethod))).toBe('did-wallet.not-found')
    // A row read before the deletion must not open the key either.
    const signer = { wallet: removed, method: undefined }
    expect(await outcomeCode(signHashForDid(services, settings, signer, new Uint8Array(32)))).toBe(
      'did-wallet.not-found',
    )
  }
})
