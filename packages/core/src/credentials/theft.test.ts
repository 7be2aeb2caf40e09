import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../audit/record.ts'
import { generateKeyPair, type Keyring, localKeyring, newKey, unsealUnder } from '../crypto/index.ts'
import { isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, update } from '../storage/index.ts'
import { testServices } from '../test-fixtures/services.ts'
import { createUser } from '../users/create.ts'
import { chainOf, knownChains } from '../wallets/chains/index.ts'
import { createOwnWallet, createUserWallet } from '../wallets/create.ts'
import { type SeedRow, type WalletRow, openEntropy, openWalletKey } from '../wallets/sealing.ts'
import { seeds, wallets } from '../wallets/tables.ts'
import { addMethod, type Owner, replaceMethod } from './methods.ts'
import { type CredentialRow, type MasterSecret, openPrivateKey, openSecret } from './sealing.ts'
import { credentials, masterSecrets } from './tables.ts'
import { unlock } from './unlock.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const refusals = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const
const ethereum = chainOf(knownChains(), 'ETHEREUM')
const [oldPin, newPin] = ['471147', '987654']

/** A copy of the rows that have to do with keys. */
interface Dump {
  readonly credentials: readonly CredentialRow[]
  readonly wallets: readonly WalletRow[]
  readonly seeds: readonly SeedRow[]
}

let services: Services
let owner: Owner
let pinId: string
let code: { id: string; value: string }

const open = (id: string, value: string) => unlock(services, actor, owner.ownerId, { id }, value, refusals)

const dump = async (): Promise<Dump> => ({
  credentials: await services.storage.find(credentials),
  wallets: await services.storage.find(wallets),
  seeds: await services.storage.find(seeds),
})

beforeEach(async () => {
  services = testServices()
  const { user, methods } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: oldPin } })
  owner = { tenant: 'default', ownerId: user.id, ownerKind: 'user' }
  pinId = methods[0]?.id ?? ''
  const added = await addMethod(services, {}, actor, owner, { type: 'EMERGENCY_CODE' }, await open(pinId, oldPin))
  code = { id: added.row.id, value: added.generatedValue ?? '' }
  await createUserWallet(services, actor, owner.ownerId, ethereum, {}, await open(pinId, oldPin))
  await createOwnWallet(services, {}, actor, ethereum, {}, oldPin)
})

/** Every master secret that these values open in these rows with this keyring. */
async function secretsOpenedBy(rows: Dump, values: readonly string[], keyring: Keyring): Promise<MasterSecret[]> {
  const secrets: MasterSecret[] = []
  for (const row of rows.credentials)
    for (const value of values) {
      const privateKey = await openPrivateKey({ ...services, keyring }, row, value)
      if (privateKey !== undefined) secrets.push(openSecret(row, privateKey))
    }
  return secrets
}

/** How many wallet keys and seeds these secrets open, whatever generation the rows say they are of. */
function opened(rows: Dump, secrets: readonly MasterSecret[]): number {
  const tries = secrets.flatMap((secret) => [
    ...rows.wallets.map((row) => () => openWalletKey({ ...row, generation: secret.generation }, secret)),
    ...rows.seeds.map((row) => () => openEntropy({ ...row, generation: secret.generation }, secret)),
  ])
  return tries.filter(opens).length
}

function opens(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid')) return false
    throw error
  }
}

describe('a thief with a copy of the database', () => {
  it('opens everything with the keyring and the right value: the tests below would notice', async () => {
    const rows = await dump()
    expect(opened(rows, await secretsOpenedBy(rows, [oldPin], services.keyring))).toBe(3)
  })

  it('opens no wallet with the keyring alone: every value must be guessed through the slow hash', async () => {
    const rows = await dump()
    const derived = await Promise.all(
      ['seal', 'pepper', 'token', 'lookup'].map((purpose) => services.keyring.derive('k1', purpose)),
    )
    const asSecrets = derived.map((bytes) => ({ bytes, generation: 1 }))
    expect(opened(rows, asSecrets)).toBe(0)
    for (const key of derived)
      for (const row of rows.credentials) {
        const place = { tenant: row.tenant, table: credentials.name, row: row.id, field: 'privateKey' }
        expect(opens(() => unsealUnder(key, row.sealedPrivateKey, place))).toBe(false)
      }
    const guesses = ['0000', '1234', '111111', '471148']
    expect(await secretsOpenedBy(rows, guesses, services.keyring)).toEqual([])
  })

  it('cannot even tell a right guess without the keyring', async () => {
    const rows = await dump()
    const guessed = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
    expect(await secretsOpenedBy(rows, [oldPin, code.value], guessed)).toEqual([])
  })

  it('finds neither a PIN nor a code nor a master secret in the rows', async () => {
    const rows = await dump()
    const [secret] = await secretsOpenedBy(rows, [oldPin], services.keyring)
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

describe('a value that no longer counts', () => {
  it('opens nothing that was written after a PIN was replaced, with the rows from before and after and the keyring', async () => {
    const before = await dump()
    await replaceMethod(services, {}, actor, owner, pinId, newPin, await open(code.id, code.value))
    const after = await dump()
    const mine = (rows: Dump): Dump => ({
      ...rows,
      wallets: rows.wallets.filter((row) => row.ownerId === owner.ownerId),
    })
    expect(opened(mine(after), await secretsOpenedBy(after, [newPin], services.keyring))).toBe(2)
    const fromBefore = await secretsOpenedBy(before, [oldPin], services.keyring)
    expect(fromBefore.length).toBeGreaterThan(0)
    expect(opened(mine(after), fromBefore)).toBe(0)
    const theOwners = after.credentials.filter((row) => row.ownerId === owner.ownerId)
    expect(await secretsOpenedBy({ ...after, credentials: theOwners }, [oldPin], services.keyring)).toEqual([])
  })

  it('opens nothing that was written after an emergency code was replaced', async () => {
    const before = await dump()
    await replaceMethod(services, {}, actor, owner, code.id, undefined, await open(pinId, oldPin))
    const after = await dump()
    expect(opened(after, await secretsOpenedBy(before, [code.value], services.keyring))).toBe(0)
    expect(await secretsOpenedBy(after, [code.value], services.keyring)).toEqual([])
  })

  it('is refused by the server, also when somebody puts the row from before back', async () => {
    const before = await dump()
    await replaceMethod(services, {}, actor, owner, pinId, newPin, await open(code.id, code.value))
    const row = before.credentials.find(({ id }) => id === pinId)
    if (row === undefined) throw new Error('there is no row')
    await services.storage.commit(batch(update(credentials, { where: { id: pinId }, set: row })))
    await expect(open(pinId, oldPin)).rejects.toMatchObject({ code: 'signing-method.invalid' })
  })

  it('still opens a whole copy from before, key and all: only moving what the wallet holds helps against that', async () => {
    const before = await dump()
    await replaceMethod(services, {}, actor, owner, pinId, newPin, await open(code.id, code.value))
    expect(opened(before, await secretsOpenedBy(before, [oldPin], services.keyring))).toBe(3)
  })
})

describe('somebody who can write to the database', () => {
  it('cannot have the next master secret sealed to a key of their own', async () => {
    const password = { type: 'PASSWORD', value: 'correct horse' }
    const { row } = await addMethod(services, {}, actor, owner, password, await open(pinId, oldPin))
    const slipped = generateKeyPair().publicKey
    await services.storage.commit(batch(update(credentials, { where: { id: row.id }, set: { publicKey: slipped } })))
    const replaced = replaceMethod(services, {}, actor, owner, pinId, newPin, await open(code.id, code.value))
    await expect(replaced).rejects.toMatchObject({ code: 'sealed.invalid' })
  })

  it('cannot move a sealed key to another wallet', async () => {
    const mine = (await dump()).wallets.find((row) => row.ownerId === owner.ownerId)
    const other = await createUserWallet(services, actor, owner.ownerId, ethereum, {}, await open(pinId, oldPin))
    const secrets = await secretsOpenedBy(await dump(), [oldPin], services.keyring)
    expect(mine).toBeDefined()
    const moved: Dump = {
      credentials: [],
      seeds: [],
      wallets: [{ ...other, sealedKey: mine?.sealedKey ?? other.sealedKey }],
    }
    expect(opened(moved, secrets)).toBe(0)
  })

  it('cannot set the clock of generations back by one row', async () => {
    await replaceMethod(services, {}, actor, owner, pinId, newPin, await open(code.id, code.value))
    await services.storage.commit(
      batch(update(masterSecrets, { where: { ownerId: owner.ownerId }, set: { generation: 1 } })),
    )
    await expect(open(pinId, newPin)).rejects.toMatchObject({ code: 'signing-method.invalid' })
  })
})
