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
const refusals = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const

interface Somebody {
  readonly userId: string
  readonly pinId: string
  readonly authorise: Authorise
}

async function somebody(services: Services): Promise<Somebody> {
  const input = { signingMethod: { type: 'PIN', value: '123456' } }
  const { user, methods } = await createUser(services, {}, actor, input)
  const pinId = methods[0]?.id ?? ''
  const authorise: Authorise = (userId) => unlock(services, actor, userId, { type: 'PIN' }, '123456', refusals)
  return { userId: user.id, pinId, authorise }
}

function make(services: Services, of: object, authorise: Authorise): Promise<IdentityRow> {
  return createIdentity(services, settings, actor, { didMethod: 'spherity', ...of }, authorise)
}

function sign(services: Services, { did }: IdentityRow, authorise: Authorise): Promise<unknown> {
  const request = { did, act: 'POST /wallet/rename', bod: 'a'.repeat(43), audience: 'x' }
  return signDidAuth(services, settings, actor, request, authorise)
}

describe('a DID wallet of a user', () => {
  it('is made and signs with a signing method of the user, and with nothing else', async () => {
    const services = testServices()
    const { userId, authorise } = await somebody(services)
    const other = await somebody(services)
    const row = await make(services, { userId }, authorise)
    expect(row).toMatchObject({ userId, generation: 1 })
    expect(await codeOf(sign(services, row, authorise))).toBe('done')
    expect(await codeOf(sign(services, row, unauthorised))).toBe('signing-method.required')
    expect(await codeOf(sign(services, row, () => other.authorise(other.userId)))).toBe('signing-method.invalid')
    expect(await codeOf(make(services, { userId }, unauthorised))).toBe('signing-method.required')
    expect(await codeOf(make(services, { userId }, () => other.authorise(other.userId)))).toBe('signing-method.invalid')
    expect(await codeOf(make(services, { userId: 'nobody' }, authorise))).toBe('user.unknown')
  })

  it('has a key that the keyring alone does not open', async () => {
    const services = testServices()
    const { userId, authorise } = await somebody(services)
    const held = await make(services, { userId }, authorise)
    const own = await make(services, {}, unauthorised)
    expect(held.sealedKey?.[0]).toBe(2)
    expect(own.sealedKey?.[0]).toBe(1)
  })

  it('is sealed anew, with the vaults, when a signing method is replaced or removed', async () => {
    const services = testServices()
    const { userId, pinId, authorise } = await somebody(services)
    const owner = { tenant: 'default', ownerId: userId, ownerKind: 'user' as const }
    const vault = await createVault(services, undefined, actor, { kind: 'BIP44', userId }, authorise)
    const rows = [await make(services, { userId }, authorise), await make(services, { vaultId: vault.id }, authorise)]
    const gone = await make(services, { userId }, authorise)
    await removeIdentity(services, settings, actor, gone)
    const code = 'emergency-code-of-somebody'
    const added = await addMethod(
      services,
      {},
      actor,
      owner,
      { type: 'EMERGENCY_CODE', value: code },
      await authorise(userId),
    )
    const byCode = (): Promise<OpenedMethod> => unlock(services, actor, userId, { id: added.row.id }, code, refusals)
    await replaceMethod(services, {}, actor, owner, pinId, '654321', await byCode())
    const byNewPin: Authorise = () => unlock(services, actor, userId, { type: 'PIN' }, '654321', refusals)
    await removeMethod(services, actor, owner, added.row.id, await byNewPin(userId))
    for (const row of rows) {
      expect((await findIdentityById(services, 'default', row.id)).generation).toBe(3)
      expect(await codeOf(sign(services, row, byNewPin))).toBe('done')
      expect(await codeOf(sign(services, row, authorise))).toBe('signing-method.invalid')
    }
    expect((await findVault(services, 'default', vault.id)).generation).toBe(3)
    expect((await make(services, { vaultId: vault.id }, byNewPin)).hdIndex).toBe(1)
    expect(await codeOf(findIdentityById(services, 'default', gone.id))).toBe('identity.unknown')
  })

  it('is told when the user asks what is known of them, and destroyed when they are erased', async () => {
    const services = testServices()
    const { userId, authorise } = await somebody(services)
    const person = { tenant: 'default', userId }
    expect(await didData.collect(services, person)).toBeUndefined()
    const vault = await createVault(services, undefined, actor, { kind: 'BIP44', userId }, authorise)
    const row = await make(services, { vaultId: vault.id }, authorise)
    expect(await didData.collect(services, person)).toMatchObject([{ id: row.id, did: row.did, alias: row.did }])
    const { writes } = await didData.erase(services, person)
    await services.storage.commit(batch(...writes))
    const [kept] = await services.storage.find(identities, { where: { id: row.id } })
    expect(kept).toMatchObject({ did: row.did, alias: null, sealedKey: null, state: 'deleted' })
    expect((await findVault(services, 'default', vault.id)).sealedEntropy).toBeNull()
  })

  it('signs nothing that is given once it, its user or the method is gone, even a moment ago', async () => {
    const services = testServices()
    const { userId, pinId, authorise } = await somebody(services)
    const owner = { tenant: 'default', ownerId: userId, ownerKind: 'user' as const }
    const code = { type: 'EMERGENCY_CODE', value: 'emergency-code-of-somebody' }
    const { row: method } = await addMethod(services, {}, actor, owner, code, await authorise(userId))
    const signWhile = async (meanwhile: (row: IdentityRow) => Promise<unknown>): Promise<unknown> => {
      const row = await make(services, { userId }, authorise)
      const opened = await authorise(userId)
      const storage = interrupted(services.storage, auditRecords.name, () => meanwhile(row))
      return codeOf(sign({ ...services, storage }, row, async () => opened))
    }
    expect(await signWhile((row) => removeIdentity(services, settings, actor, row))).toBe('identity.unknown')
    const replaced = signWhile(async () => {
      const byCode = await unlock(services, actor, userId, { id: method.id }, code.value, refusals)
      await replaceMethod(services, {}, actor, owner, pinId, '123456', byCode)
    })
    expect(await replaced).toBe('signing-method.invalid')
    const deleted = signWhile(() => archiveUser(services, actor, userId, [ownerCloses(userId, 1)]))
    expect(await deleted).toBe('signing-method.invalid')
    expect(await services.storage.find(auditRecords, { where: { act: 'identity.did-auth-signed' } })).toEqual([])
  })

  it('whose owner has as many as one may have is not made', async () => {
    const services = testServices()
    const { userId, authorise } = await somebody(services)
    const opened = await authorise(userId)
    const made = await Promise.all(
      Array.from({ length: mostIdentities + 5 }, () => codeOf(make(services, { userId }, async () => opened))),
    )
    expect(made.filter((code) => code === 'done')).toHaveLength(mostIdentities)
    expect(made.filter((code) => code === 'user.full')).toHaveLength(5)
  })
})

describe('the wallets of a vault', () => {
  it('are those that any wallet program derives from its words (BIP-39, BIP-44)', async () => {
    const services = testServices()
    const vault = await createVault(services, undefined, actor, { kind: 'BIP44' }, unauthorised)
    const entropy = await openEntropy(services, vault, undefined)
    const words = Mnemonic.fromEntropy(entropy)
    for (let index = 0; index < 3; index++) {
      const row = await make(services, { vaultId: vault.id }, unauthorised)
      expect(row.hdIndex).toBe(index)
      const derived = HDNodeWallet.fromMnemonic(words, `m/44'/60'/0'/0/${index}`)
      expect(row.ethereumAddress).toBe(derived.address)
    }
  })

  it('belong to whom the vault belongs to, and stay in their tenant', async () => {
    const services = testServices()
    const { userId, authorise } = await somebody(services)
    const own = await createVault(services, undefined, actor, { kind: 'BIP44' }, unauthorised)
    const held = await createVault(services, undefined, actor, { kind: 'BIP44', userId }, authorise)
    expect((await make(services, { vaultId: held.id }, authorise)).userId).toBe(userId)
    expect(await codeOf(make(services, { vaultId: held.id }, unauthorised))).toBe('signing-method.required')
    expect(await codeOf(make(services, { vaultId: own.id, userId }, authorise))).toBe('vault.unknown')
    const foreign = { ...actor, tenant: 'other' }
    const input = { didMethod: 'spherity', vaultId: own.id }
    expect(await codeOf(createIdentity(services, settings, foreign, input, unauthorised))).toBe('vault.unknown')
  })
})

it('a key of the service is sealed anew under the newest key of the keyring when it is used', async () => {
  const keys = { k1: newKey(), k2: newKey() }
  const storage = memoryStorage()
  const before = { ...testServices(storage), keyring: localKeyring({ keys, currentKeyId: 'k1' }) }
  const row = await make(before, {}, unauthorised)
  const after = { ...before, keyring: localKeyring({ keys, currentKeyId: 'k2' }) }
  expect(await codeOf(sign(after, row, unauthorised))).toBe('done')
  const without = { ...before, keyring: localKeyring({ keys: { k2: keys.k2 }, currentKeyId: 'k2' }) }
  expect(await codeOf(sign(without, row, unauthorised))).toBe('done')
})

it('the seed of a vault of the service is sealed anew under the newest key of the keyring when it is used', async () => {
  const keys = { k1: newKey(), k2: newKey() }
  const before = { ...testServices(), keyring: localKeyring({ keys, currentKeyId: 'k1' }) }
  const vault = await createVault(before, undefined, actor, { kind: 'BIP44' }, unauthorised)
  const after = { ...before, keyring: localKeyring({ keys, currentKeyId: 'k2' }) }
  expect((await make(after, { vaultId: vault.id }, unauthorised)).hdIndex).toBe(0)
  const without = { ...before, keyring: localKeyring({ keys: { k2: keys.k2 }, currentKeyId: 'k2' }) }
  expect((await make(without, { vaultId: vault.id }, unauthorised)).hdIndex).toBe(1)
})

it('the index of a deleted wallet of a vault is not given out again, and its key signs no more', async () => {
  const services = testServices()
  const vault = await createVault(services, undefined, actor, { kind: 'BIP44' }, unauthorised)
  const first = await make(services, { vaultId: vault.id }, unauthorised)
  await removeIdentity(services, settings, actor, first)
  const second = await make(services, { vaultId: vault.id }, unauthorised)
  await removeIdentity(services, settings, actor, second)
  const third = await make(services, { vaultId: vault.id }, unauthorised)
  expect([first.hdIndex, second.hdIndex, third.hdIndex]).toEqual([0, 1, 2])
  for (const gone of [first, second]) {
    expect(await codeOf(sign(services, gone, unauthorised))).toBe('identity.unknown')
    // Whoever still has the row from before holds nothing that opens the key.
    const signer = { row: gone, authority: undefined }
    expect(await codeOf(signHash(services, settings, signer, new Uint8Array(32)))).toBe('identity.unknown')
  }
})
