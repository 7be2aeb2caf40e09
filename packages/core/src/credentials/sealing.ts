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

/** A row of the signing methods table. */
export type CredentialRow = RowOf<typeof credentials>

/** The fields that a method's tag authenticates, and the keyring key of the tag. */
type TaggedMethod = Pick<CredentialRow, 'tenant' | 'ownerId' | 'id' | 'publicKey' | 'pepperKeyId'>

/** Encryption context of a method's private key. It cannot be opened for another method or another face binding. */
export type KeyPlace = Pick<CredentialRow, 'tenant' | 'id' | 'device' | 'person'>

/** A new key pair of a method, with the private key sealed under the method's value. */
export type SealedValue = Pick<CredentialRow, 'publicKey' | 'pepperKeyId' | 'cost' | 'salt' | 'sealedPrivateKey'>

/** The master secret of an owner in one generation. */
export interface MasterSecret {
  /** 32 bytes. */
  readonly bytes: Uint8Array
  readonly generation: number
}

/** Generates a master secret: 32 random bytes. */
export function newMasterSecret(generation: number): MasterSecret {
  return { bytes: randomBytes(32), generation }
}

/**
 * Generates a key pair for a method and seals the private key under the method's value, with scrypt over the peppered value.
 * Slow, but independent of the master secret.
 * @param source network of the client, for the fair share of the hashing queue
 */
export async function sealValue(
  services: { readonly keyring: Keyring; readonly slowHash: SlowHash },
  method: KeyPlace,
  value: string,
  source: string | undefined,
): Promise<SealedValue> {
  const { publicKey, privateKey } = generateKeyPair()
  return {
    publicKey,
    ...(await services.slowHash.turn(source, () => sealPrivateKey(services, method, value, privateKey))),
  }
}

/** Returns true if a method was sealed with an older pepper or another scrypt cost than the current ones. */
export function isOutdated(
  services: { readonly keyring: Keyring; readonly slowHash: SlowHash },
  row: CredentialRow,
): boolean {
  return row.pepperKeyId !== services.keyring.currentKeyId || row.cost !== formatCost(services.slowHash.cost)
}

/** Seals a method's private key under its value, with the current pepper and cost. Must run within `passwordHasher.withSlot`. */
export async function sealPrivateKey(
  services: { readonly keyring: Keyring; readonly slowHash: SlowHash },
  method: KeyPlace,
  value: string,
  privateKey: Uint8Array,
): Promise<Pick<CredentialRow, 'pepperKeyId' | 'cost' | 'salt' | 'sealedPrivateKey'>> {
  const pepperKeyId = services.keyring.currentKeyId
  const salt = randomBytes(16)
  const { cost } = services.slowHash
  const pepper = await services.keyring.derive(pepperKeyId, 'pepper')
  const key = await services.slowHash.deriveNow(value, { pepper, salt, cost })
  return {
    pepperKeyId,
    cost: formatCost(cost),
    salt,
    sealedPrivateKey: sealUnder(key, privateKey, privateKeyContext(method)),
  }
}

/** Seals a master secret to the public key of a method (HPKE). Does not need the method's value. */
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

/** Opens a method's private key; undefined if the value is wrong. Must run within `passwordHasher.withSlot`. */
export async function openPrivateKey(
  services: { readonly keyring: Keyring; readonly slowHash: SlowHash },
  row: CredentialRow,
  value: string,
): Promise<Uint8Array | undefined> {
  const pepper = await services.keyring.derive(row.pepperKeyId, 'pepper')
  const cost: Cost = parseCost(row.cost)
  const key = await services.slowHash.deriveNow(value, { pepper, salt: row.salt, cost })
  try {
    return unsealUnder(key, row.sealedPrivateKey, privateKeyContext(row))
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid')) return undefined
    throw error
  }
}

/**
 * Opens the master secret with a method's private key. Anybody can seal to a public key, so the secret must be verified with
 * `assertMethodTag` before use.
 * @throws BillfoldError `sealed.invalid` if the rows do not belong together
 */
export function openSecret(row: CredentialRow, privateKey: Uint8Array): MasterSecret {
  const bytes = openWith(privateKey, row.sealedSecret, {
    info: secretInfo(row, row.generation),
    aad: new Uint8Array(),
  })
  return { bytes, generation: row.generation }
}

/**
 * Verifies that a method's public key and the master secret belong together. The tag needs both the keyring and the master
 * secret, so write access to the database is not enough to plant a public key for the next master secret, or a master
 * secret for the next wallet.
 * @throws BillfoldError `sealed.invalid`
 */
export async function assertOwnMethod(keyring: Keyring, row: CredentialRow, secret: MasterSecret): Promise<void> {
  if (!equalSecrets(row.publicKeyTag, await methodTag(keyring, row, secret))) throw new BillfoldError('sealed.invalid')
}

/** Computes the tag of a method (HMAC-SHA-256). Uses the keyring key of the pepper, so that both are retired together. */
export async function methodTag(keyring: Keyring, method: TaggedMethod, secret: MasterSecret): Promise<Uint8Array> {
  const key = Buffer.concat([await keyring.derive(method.pepperKeyId, 'method tag'), secret.bytes])
  return createHmac('sha256', key).update(secretInfo(method, secret.generation)).update(method.publicKey).digest()
}

function privateKeyContext({ tenant, id, device, person }: KeyPlace): Place {
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
