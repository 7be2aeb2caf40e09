import { createHmac } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../audit/record.ts'
import { type Keyring, localKeyring, newKey, sealTo, slowHash } from '../crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, update } from '../storage/index.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { testServices } from '../test-fixtures/services.ts'
import { createUser } from '../users/create.ts'
import { chainOf, knownChains } from '../wallets/chains/index.ts'
import { createUserWallet, mostWallets } from '../wallets/create.ts'
import { importUserWallet } from '../wallets/import.ts'
import { openWalletKey, type WalletRow } from '../wallets/sealing.ts'
import { seeds, wallets } from '../wallets/tables.ts'
import { addMethod, listMethods, mostMethods, type Owner, replaceMethod } from './methods.ts'
import { type CredentialRow, newMasterSecret } from './sealing.ts'
import { credentials } from './tables.ts'
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

async function kept(): Promise<CredentialRow> {
  const [row] = await services.storage.find(credentials, { where: { id: pinId } })
  if (row === undefined) throw new Error('there is no PIN')
  return row
}

describe('attempts', () => {
  it('are not taken by values that nobody can have set, so that such values lock nobody out', async () => {
    const impossible = ['\ufdfa'.repeat(64), 'x'.repeat(1025), '47\ud800']
    for (const value of impossible) expect(await codeOf(open(value))).toBe('input.invalid')
    expect(await kept()).toMatchObject({ remainingAttempts: 10, incorrectAttempts: 0 })
  })

  it('are not taken while the keyring cannot be reached', async () => {
    const { keyring } = services
    const unreachable: Keyring = {
      currentKeyId: keyring.currentKeyId,
      derive: () => Promise.reject(new BillfoldError('keyring.unavailable')),
    }
    services = { ...services, keyring: unreachable }
    for (let count = 0; count < 12; count++) expect(await codeOf(open(pin))).toBe('keyring.unavailable')
    services = { ...services, keyring }
    expect(await kept()).toMatchObject({ remainingAttempts: 10 })
    expect(await codeOf(open(pin))).toBe('done')
  })

  it('of one caller are bounded over all users, also when they are sent all at once', async () => {
    const concurrency = 2
    const cost = { logN: 4, r: 1, p: 1 }
    const hash = slowHash({ cost, concurrency, queue: 1000, perSource: 1000 })
    services = { ...services, wrongValues: { most: 5, seconds: 86_400 }, slowHash: hash }
    const users = await Promise.all(
      Array.from({ length: 40 }, () => createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: pin } })),
    )
    const codes = await Promise.all(
      users.map(({ user }) => codeOf(unlock(services, actor, user.id, { type: 'PIN' }, '0000', refusals))),
    )
    const looked = codes.filter((code) => code === 'signing-method.invalid')
    expect(looked.length).toBeLessThan(5 + concurrency)
    expect(codes.filter((code) => code === 'rate.limited')).toHaveLength(40 - looked.length)
  })
})

describe('how much an owner may have', () => {
  it('holds for methods that are added at the same moment', async () => {
    const method = await open(pin)
    for (let count = 1; count < mostMethods - 1; count++)
      await addMethod(services, {}, actor, owner, { type: 'PASSWORD', value: `password ${count}` }, method)
    const added = await Promise.all(
      ['one', 'two', 'three', 'four'].map((word) =>
        codeOf(addMethod(services, {}, actor, owner, { type: 'PASSWORD', value: `password ${word}` }, method)),
      ),
    )
    expect(added.filter((code) => code === 'done')).toHaveLength(1)
    expect(await listMethods(services, owner.tenant, owner.ownerId)).toHaveLength(mostMethods)
  })

  it('holds for wallets that are imported at the same moment, so that a PIN can always be replaced', async () => {
    const method = await open(pin)
    const code = await addMethod(services, {}, actor, owner, { type: 'EMERGENCY_CODE' }, method)
    const bring = () => importUserWallet(services, actor, owner.ownerId, ethereum, ethereum.newKey(), {}, method)
    for (let count = 1; count < mostWallets; count++) await bring()
    const brought = await Promise.all(Array.from({ length: 100 }, () => codeOf(bring())))
    expect(brought.filter((outcome) => outcome === 'done')).toHaveLength(1)
    expect(await services.storage.find(wallets, { where: { ownerId: owner.ownerId } })).toHaveLength(mostWallets)
    const authority = await open(code.generatedValue ?? '', code.row.id)
    expect(await codeOf(replaceMethod(services, {}, actor, owner, pinId, '987654', authority))).toBe('done')
  }, 60_000)
})

describe('a value that is replaced twice at once', () => {
  it('is in the end one of the two, and each costs one hash', async () => {
    const code = await addMethod(services, {}, actor, owner, { type: 'EMERGENCY_CODE' }, await open(pin))
    const authority = await open(code.generatedValue ?? '', code.row.id)
    let hashes = 0
    const { slowHash: hash } = services
    const deriveNow: typeof hash.deriveNow = (...of) => {
      hashes++
      return hash.deriveNow(...of)
    }
    services = { ...services, slowHash: { ...hash, deriveNow } }
    const values = ['111122', '333344']
    const replaced = await Promise.all(
      values.map((value) => codeOf(replaceMethod(services, {}, actor, owner, pinId, value, authority))),
    )
    expect(replaced).toEqual(['done', 'done'])
    expect(hashes).toBe(2)
    const opened = await Promise.all(values.map((value) => codeOf(open(value))))
    expect(new Set(opened)).toEqual(new Set(['done', 'signing-method.invalid']))
  })
})

describe('somebody who can write to the database', () => {
  /** Seals a master secret of their own to the PIN's public key, which takes no secret, and tags it as well as they can. */
  async function plant(): Promise<ReturnType<typeof newMasterSecret>> {
    const row = await kept()
    const planted = newMasterSecret(row.generation)
    const info = new TextEncoder().encode(
      JSON.stringify(['billfold master secret', row.tenant, row.ownerId, row.id, row.generation]),
    )
    const sealedSecret = sealTo(row.publicKey, planted.bytes, { info, aad: new Uint8Array() })
    const publicKeyTag = Uint8Array.from(
      createHmac('sha256', planted.bytes)
        .update('billfold method key\0')
        .update(`${row.id}\0${row.generation}\0`)
        .update(row.publicKey)
        .digest(),
    )
    await services.storage.commit(
      batch(update(credentials, { where: { id: pinId }, set: { sealedSecret, publicKeyTag } })),
    )
    return planted
  }

  it("cannot have an owner's next wallet sealed under a master secret of their own", async () => {
    const planted = await plant()
    const made = createUserWallet(services, actor, owner.ownerId, ethereum, {}, await open(pin))
    const outcome = await made.then(
      (wallet: WalletRow) => openWalletKey(wallet, planted).length,
      (error: unknown) => (isBillfoldError(error) ? error.code : error),
    )
    expect(outcome).toBe('signing-method.invalid')
    expect(await services.storage.find(seeds)).toEqual([])
  })

  it('cannot have it taken for genuine when the keyring gets a new key', async () => {
    const keys = { k1: newKey(), k2: newKey() }
    services = { ...testServices(), keyring: localKeyring({ keys, currentKeyId: 'k1' }) }
    const { user, methods } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: pin } })
    owner = { ...owner, ownerId: user.id }
    pinId = methods[0]?.id ?? ''
    await plant()
    services = { ...services, keyring: localKeyring({ keys, currentKeyId: 'k2' }) }
    expect(await codeOf(open(pin))).toBe('sealed.invalid')
    expect(await kept()).toMatchObject({ pepperKeyId: 'k1' })
  })
})

describe('a keyring that gets a new key', () => {
  it('leaves every method working, whichever are replaced and sealed anew at the same moment', async () => {
    const code = await addMethod(services, {}, actor, owner, { type: 'EMERGENCY_CODE' }, await open(pin))
    const password = 'correct horse'
    const { row } = await addMethod(services, {}, actor, owner, { type: 'PASSWORD', value: password }, await open(pin))
    const authority = await open(code.generatedValue ?? '', code.row.id)
    const derive = services.keyring.derive
    services = {
      ...services,
      keyring: { currentKeyId: 'k2', derive: (id, purpose) => derive('k1', `${id} ${purpose}`.replace('k1 ', '')) },
    }
    const outcomes = await Promise.all([
      codeOf(replaceMethod(services, {}, actor, owner, pinId, '987654', authority)),
      codeOf(open(password, row.id)),
    ])
    expect(outcomes).toEqual(['done', 'done'])
    const wallet = createUserWallet(services, actor, owner.ownerId, ethereum, {}, await open(password, row.id))
    await expect(wallet).resolves.toMatchObject({ generation: 2 })
    expect(await codeOf(createUserWallet(services, actor, owner.ownerId, ethereum, {}, await open('987654')))).toBe(
      'done',
    )
  })
})
