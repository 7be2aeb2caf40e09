import type { CustodyServices } from '../../custody/services.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { generateHpkeKeyPair, type Keyring, localKeyring, newKey, openWithKey } from '../../kernel/crypto/index.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import { batch, update } from '../../kernel/storage/index.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createUser } from '../users/create.ts'
import { getChain, knownChains } from '../../custody/wallets/chains/index.ts'
import { createStandaloneWallet, createUserWallet } from '../../custody/wallets/create.ts'
import {
  type WalletSeedRow,
  type CustodyWalletRow,
  openSeedEntropy,
  openWalletKey,
} from '../../custody/wallets/sealing.ts'
import { seeds, wallets } from '../../custody/wallets/tables.ts'
import { addMethod, type MethodOwner, replaceMethod } from './methods.ts'
import { type SigningMethodRow, openPrivateKey, openMasterSecret } from './sealing.ts'
import type { MasterSecret } from '../../platform/master-secret.ts'
import { signingMethods, masterSecrets } from './tables.ts'
import { authorizeMethod } from './authorize-method.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const failureCodes = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const
const ethereum = getChain(knownChains(), 'ETHEREUM')
const [oldPin, newPin] = ['471147', '987654']

/** A copy of the rows with sealed keys. */
interface Dump {
  readonly credentials: readonly SigningMethodRow[]
  readonly wallets: readonly CustodyWalletRow[]
  readonly seeds: readonly WalletSeedRow[]
}

let services: CustodyServices
let owner: MethodOwner
let pinId: string
let code: { id: string; value: string }

const authorize = (id: string, value: string) =>
  authorizeMethod(services, actor, owner.ownerId, { id }, value, failureCodes)

const dump = async (): Promise<Dump> => ({
  credentials: await services.storage.find(signingMethods),
  wallets: await services.storage.find(wallets),
  seeds: await services.storage.find(seeds),
})

beforeEach(async () => {
  services = testServices()
  const { user, methods } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: oldPin } })
  owner = { tenant: 'default', ownerId: user.id, ownerKind: 'user' }
  pinId = methods[0]?.id ?? ''
  const added = await addMethod(services, {}, actor, owner, { type: 'EMERGENCY_CODE' }, await authorize(pinId, oldPin))
  code = { id: added.row.id, value: added.generatedValue ?? '' }
  await createUserWallet(services, actor, owner.ownerId, ethereum, {}, await authorize(pinId, oldPin))
  await createStandaloneWallet(services, {}, actor, ethereum, {}, oldPin)
})

/** Opens all master secrets in the rows that the values open with the keyring. */
async function openSecrets(rows: Dump, values: readonly string[], keyring: Keyring): Promise<MasterSecret[]> {
  const secrets: MasterSecret[] = []
  for (const row of rows.credentials)
    for (const value of values) {
      const privateKey = await services.passwordHasher.withSlot({}, (slot) =>
        openPrivateKey({ ...services, keyring }, slot, row, value),
      )
      if (privateKey !== undefined) secrets.push(openMasterSecret(row, privateKey))
    }
  return secrets
}

/** Counts the wallet keys and seeds that the secrets open, in any generation. */
function countOpened(rows: Dump, secrets: readonly MasterSecret[]): number {
  const tries = secrets.flatMap((secret) => [
    ...rows.wallets.map((row) => () => openWalletKey({ ...row, generation: secret.generation }, secret)),
    ...rows.seeds.map((row) => () => openSeedEntropy({ ...row, generation: secret.generation }, secret)),
  ])
  return tries.filter(canOpen).length
}

function canOpen(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid')) return false
    throw error
  }
}

describe('an attacker with a copy of the database', () => {
  it('opens everything with the keyring and the correct value (control for the tests below)', async () => {
    const rows = await dump()
    expect(countOpened(rows, await openSecrets(rows, [oldPin], services.keyring))).toBe(3)
  })

  it('opens no wallet with the keyring but without a value', async () => {
    const rows = await dump()
    const derived = await Promise.all(
      ['seal', 'pepper', 'token', 'lookup'].map((purpose) => services.keyring.derive('k1', purpose)),
    )
    const asSecrets = derived.map((bytes) => ({ bytes, generation: 1 }))
    expect(countOpened(rows, asSecrets)).toBe(0)
    for (const key of derived)
      for (const row of rows.credentials) {
        const context = { tenant: row.tenant, table: signingMethods.name, row: row.id, field: 'privateKey' }
        expect(canOpen(() => openWithKey(key, row.sealedPrivateKey, context))).toBe(false)
      }
    const guesses = ['0000', '1234', '111111', '471148']
    expect(await openSecrets(rows, guesses, services.keyring)).toEqual([])
  })

  it('cannot verify a guessed value without the keyring', async () => {
    const rows = await dump()
    const guessed = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
    expect(await openSecrets(rows, [oldPin, code.value], guessed)).toEqual([])
  })

  it('finds no emergency code and no master secret in plain text', async () => {
    const rows = await dump()
    const [secret] = await openSecrets(rows, [oldPin], services.keyring)
    const bytes = Buffer.concat(
      rows.credentials.flatMap((row) =>
        Object.values(row).map((cell) => Buffer.from(cell instanceof Uint8Array ? cell : String(cell))),
      ),
    )
    expect(secret).toBeDefined()
    for (const hidden of [Buffer.from(code.value), secret?.bytes ?? Buffer.alloc(0)])
      expect(bytes.includes(Buffer.from(hidden))).toBe(false)
  })
})

describe('a replaced value', () => {
  it('opens no row written after a PIN was replaced, even with the old rows and the keyring', async () => {
    const before = await dump()
    await replaceMethod(services, {}, actor, owner, pinId, newPin, await authorize(code.id, code.value))
    const after = await dump()
    const mine = (rows: Dump): Dump => ({
      ...rows,
      wallets: rows.wallets.filter((row) => row.ownerId === owner.ownerId),
    })
    expect(countOpened(mine(after), await openSecrets(after, [newPin], services.keyring))).toBe(2)
    const fromBefore = await openSecrets(before, [oldPin], services.keyring)
    expect(fromBefore.length).toBeGreaterThan(0)
    expect(countOpened(mine(after), fromBefore)).toBe(0)
    const theOwners = after.credentials.filter((row) => row.ownerId === owner.ownerId)
    expect(await openSecrets({ ...after, credentials: theOwners }, [oldPin], services.keyring)).toEqual([])
  })

  it('opens no row written after an emergency code was replaced', async () => {
    const before = await dump()
    await replaceMethod(services, {}, actor, owner, code.id, undefined, await authorize(pinId, oldPin))
    const after = await dump()
    expect(countOpened(after, await openSecrets(before, [code.value], services.keyring))).toBe(0)
    expect(await openSecrets(after, [code.value], services.keyring)).toEqual([])
  })

  it('is rejected even if the old row is restored', async () => {
    const before = await dump()
    await replaceMethod(services, {}, actor, owner, pinId, newPin, await authorize(code.id, code.value))
    const row = before.credentials.find(({ id }) => id === pinId)
    if (row === undefined) throw new Error('expected a row')
    await services.storage.commit(batch(update(signingMethods, { where: { id: pinId }, set: row })))
    await expect(authorize(pinId, oldPin)).rejects.toMatchObject({ code: 'signing-method.invalid' })
  })

  it('still opens a complete copy from before the replacement', async () => {
    const before = await dump()
    await replaceMethod(services, {}, actor, owner, pinId, newPin, await authorize(code.id, code.value))
    expect(countOpened(before, await openSecrets(before, [oldPin], services.keyring))).toBe(3)
  })
})

describe('an attacker with write access to the database', () => {
  it('cannot plant a public key for the next master secret', async () => {
    const password = { type: 'PASSWORD', value: 'correct horse' }
    const { row } = await addMethod(services, {}, actor, owner, password, await authorize(pinId, oldPin))
    const planted = generateHpkeKeyPair().publicKey
    await services.storage.commit(batch(update(signingMethods, { where: { id: row.id }, set: { publicKey: planted } })))
    const replaced = replaceMethod(services, {}, actor, owner, pinId, newPin, await authorize(code.id, code.value))
    await expect(replaced).rejects.toMatchObject({ code: 'sealed.invalid' })
  })

  it('cannot copy a sealed key to another wallet', async () => {
    const mine = (await dump()).wallets.find((row) => row.ownerId === owner.ownerId)
    const other = await createUserWallet(services, actor, owner.ownerId, ethereum, {}, await authorize(pinId, oldPin))
    const secrets = await openSecrets(await dump(), [oldPin], services.keyring)
    expect(mine).toBeDefined()
    const moved: Dump = {
      credentials: [],
      seeds: [],
      wallets: [{ ...other, sealedKey: mine?.sealedKey ?? other.sealedKey }],
    }
    expect(countOpened(moved, secrets)).toBe(0)
  })

  it('cannot reset the generation of the master secret', async () => {
    await replaceMethod(services, {}, actor, owner, pinId, newPin, await authorize(code.id, code.value))
    await services.storage.commit(
      batch(update(masterSecrets, { where: { ownerId: owner.ownerId }, set: { generation: 1 } })),
    )
    await expect(authorize(pinId, newPin)).rejects.toMatchObject({ code: 'signing-method.invalid' })
  })
})
