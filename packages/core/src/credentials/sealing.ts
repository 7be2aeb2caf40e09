import { createHmac, randomBytes } from 'node:crypto'
import {
  type Cost,
  equalSecrets,
  formatCost,
  generateKeyPair,
  type Keyring,
  openWith,
  parseCost,
  type Place,
  sealTo,
  sealUnder,
  type SlowHash,
  unsealUnder,
} from '../crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import type { RowOf } from '../storage/index.ts'
import { credentials } from './tables.ts'

/** A signing method as it is kept. */
export type CredentialRow = RowOf<typeof credentials>

/** What a method's tag says belongs together, and the key of the keyring that it is made with. */
type TaggedMethod = Pick<CredentialRow, 'tenant' | 'ownerId' | 'id' | 'publicKey' | 'pepperKeyId'>

/** Where a method's private key is sealed: moved to another method, or taken from behind its face, it does not open. */
export type KeyPlace = Pick<CredentialRow, 'tenant' | 'id' | 'device' | 'person'>

/** A new key pair, its private half sealed under a value. */
export type SealedValue = Pick<CredentialRow, 'publicKey' | 'pepperKeyId' | 'cost' | 'salt' | 'sealedPrivateKey'>

/** An owner's master secret, of one generation. */
export interface MasterSecret {
  readonly bytes: Uint8Array
  readonly generation: number
}

/** A new master secret: 32 random bytes. */
export function newMasterSecret(generation: number): MasterSecret {
  return { bytes: randomBytes(32), generation }
}

/**
 * Makes a key pair for a method and seals its private half under the method's value (scrypt over the peppered value): the
 * slow half of sealing a method, which needs no master secret.
 */
export async function sealValue(
  tools: { readonly keyring: Keyring; readonly slowHash: SlowHash },
  method: KeyPlace,
  value: string,
  source: string | undefined,
): Promise<SealedValue> {
  const { publicKey, privateKey } = generateKeyPair()
  return { publicKey, ...(await tools.slowHash.turn(source, () => sealPrivateKey(tools, method, value, privateKey))) }
}

/** Whether a method was sealed with another pepper or another cost than a new one would be. */
export function isOutdated(
  tools: { readonly keyring: Keyring; readonly slowHash: SlowHash },
  row: CredentialRow,
): boolean {
  return row.pepperKeyId !== tools.keyring.currentKeyId || row.cost !== formatCost(tools.slowHash.cost)
}

/** Seals a method's private key under its value, with the newest pepper and cost. Must run in a turn of the slow hash. */
export async function sealPrivateKey(
  tools: { readonly keyring: Keyring; readonly slowHash: SlowHash },
  method: KeyPlace,
  value: string,
  privateKey: Uint8Array,
): Promise<Pick<CredentialRow, 'pepperKeyId' | 'cost' | 'salt' | 'sealedPrivateKey'>> {
  const pepperKeyId = tools.keyring.currentKeyId
  const salt = randomBytes(16)
  const { cost } = tools.slowHash
  const pepper = await tools.keyring.derive(pepperKeyId, 'pepper')
  const key = await tools.slowHash.deriveNow(value, { pepper, salt, cost })
  return {
    pepperKeyId,
    cost: formatCost(cost),
    salt,
    sealedPrivateKey: sealUnder(key, privateKey, privateKeyPlace(method)),
  }
}

/** Seals a master secret to a method that is there already: its value is not needed. */
export async function sealSecretFor(
  keyring: Keyring,
  method: TaggedMethod,
  secret: MasterSecret,
): Promise<Pick<CredentialRow, 'generation' | 'publicKeyTag' | 'sealedSecret'>> {
  const info = secretInfo(method, secret.generation)
  return {
    generation: secret.generation,
    publicKeyTag: await methodTag(keyring, method, secret),
    sealedSecret: sealTo(method.publicKey, secret.bytes, { info, aad: new Uint8Array() }),
  }
}

/** The method's private key, or undefined when the value is wrong. Must run in a turn of the slow hash. */
export async function openPrivateKey(
  tools: { readonly keyring: Keyring; readonly slowHash: SlowHash },
  row: CredentialRow,
  value: string,
): Promise<Uint8Array | undefined> {
  const pepper = await tools.keyring.derive(row.pepperKeyId, 'pepper')
  const cost: Cost = parseCost(row.cost)
  const key = await tools.slowHash.deriveNow(value, { pepper, salt: row.salt, cost })
  try {
    return unsealUnder(key, row.sealedPrivateKey, privateKeyPlace(row))
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid')) return undefined
    throw error
  }
}

/**
 * The master secret, opened with a method's private key. Anybody can seal something to a public key, so that what it opens is
 * the owner's only once {@link assertOwnMethod} has held it.
 * @throws BillfoldError `sealed.invalid` when the rows do not belong together
 */
export function openSecret(row: CredentialRow, privateKey: Uint8Array): MasterSecret {
  const bytes = openWith(privateKey, row.sealedSecret, {
    info: secretInfo(row, row.generation),
    aad: new Uint8Array(),
  })
  return { bytes, generation: row.generation }
}

/**
 * Holds that a method's public key and the master secret belong together, which takes the keyring and the master secret to
 * say: somebody with access to the database can slip in neither a key that the next master secret is sealed to, nor a
 * master secret that the next wallet is sealed under.
 * @throws BillfoldError `sealed.invalid`
 */
export async function assertOwnMethod(keyring: Keyring, row: CredentialRow, secret: MasterSecret): Promise<void> {
  if (!equalSecrets(row.publicKeyTag, await methodTag(keyring, row, secret))) throw new BillfoldError('sealed.invalid')
}

/** What a method is tagged with: by the key of the keyring that its pepper is of, so that both leave the keyring together. */
export async function methodTag(keyring: Keyring, method: TaggedMethod, secret: MasterSecret): Promise<Uint8Array> {
  const key = Buffer.concat([await keyring.derive(method.pepperKeyId, 'method tag'), secret.bytes])
  return createHmac('sha256', key).update(secretInfo(method, secret.generation)).update(method.publicKey).digest()
}

function privateKeyPlace({ tenant, id, device, person }: KeyPlace): Place {
  const field = device === null && person === null ? 'privateKey' : `privateKey behind ${device} and ${person}`
  return { tenant, table: credentials.name, row: id, field }
}

function secretInfo(
  method: { readonly tenant: string; readonly ownerId: string; readonly id: string },
  generation: number,
): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify(['billfold master secret', method.tenant, method.ownerId, method.id, generation]),
  )
}
