import type { Requester } from '../../kernel/concurrency/semaphore.ts'
import { createHmac, randomBytes } from 'node:crypto'
import {
  type ScryptCost,
  timingSafeEqual,
  formatScryptCost,
  generateHpkeKeyPair,
  type Keyring,
  type HashSlot,
  hpkeOpen,
  parseScryptCost,
  type EncryptionContext,
  hpkeSeal,
  sealWithKey,
  type PasswordHasher,
  openWithKey,
} from '../../kernel/crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import type { RowOf } from '../../kernel/storage/index.ts'
import type { MasterSecret } from '../../platform/master-secret.ts'
import { signingMethods } from './tables.ts'

/** A row of the signing methods table. */
export type SigningMethodRow = RowOf<typeof signingMethods>

/** The fields that a method's tag authenticates, and the keyring key of the tag. */
type TaggedMethod = Pick<SigningMethodRow, 'tenant' | 'ownerId' | 'id' | 'publicKey' | 'pepperKeyId'>

/** Encryption context of a method's private key. It cannot be opened for another method or another face binding. */
export type MethodKeyContext = Pick<SigningMethodRow, 'tenant' | 'id' | 'device' | 'person'>

/** A new key pair of a method, with the private key sealed under the method's value. */
export type SealedMethodKey = Pick<SigningMethodRow, 'publicKey' | 'pepperKeyId' | 'cost' | 'salt' | 'sealedPrivateKey'>

/** Generates a master secret: 32 random bytes. */
export function generateMasterSecret(generation: number): MasterSecret {
  return { bytes: randomBytes(32), generation }
}

/**
 * Generates a key pair for a method and seals the private key under the method's value, with scrypt over the peppered value.
 * Slow, but independent of the master secret.
 * @param requester the actor, for the fair share of the hashing queue
 */
export async function createMethodKeyPair(
  services: { readonly keyring: Keyring; readonly passwordHasher: PasswordHasher },
  method: MethodKeyContext,
  value: string,
  requester: Requester,
): Promise<SealedMethodKey> {
  const { publicKey, privateKey } = generateHpkeKeyPair()
  return {
    publicKey,
    ...(await services.passwordHasher.withSlot(requester, (slot) =>
      sealPrivateKey(services, slot, method, value, privateKey),
    )),
  }
}

/** Returns true if a method was sealed with an older pepper or another scrypt cost than the current ones. */
export function isMethodKeyOutdated(
  services: { readonly keyring: Keyring; readonly passwordHasher: PasswordHasher },
  row: SigningMethodRow,
): boolean {
  return (
    row.pepperKeyId !== services.keyring.currentKeyId || row.cost !== formatScryptCost(services.passwordHasher.cost)
  )
}

/** Seals a method's private key under its value, with the current pepper and cost. */
export async function sealPrivateKey(
  services: { readonly keyring: Keyring; readonly passwordHasher: PasswordHasher },
  slot: HashSlot,
  method: MethodKeyContext,
  value: string,
  privateKey: Uint8Array,
): Promise<Pick<SigningMethodRow, 'pepperKeyId' | 'cost' | 'salt' | 'sealedPrivateKey'>> {
  const pepperKeyId = services.keyring.currentKeyId
  const salt = randomBytes(16)
  const { cost } = services.passwordHasher
  const pepper = await services.keyring.derive(pepperKeyId, 'pepper')
  const key = await services.passwordHasher.deriveUnqueued(slot, value, { pepper, salt, cost })
  return {
    pepperKeyId,
    cost: formatScryptCost(cost),
    salt,
    sealedPrivateKey: sealWithKey(key, privateKey, privateKeyContext(method)),
  }
}

/** Seals a master secret to the public key of a method (HPKE). Does not need the method's value. */
export async function sealMasterSecret(
  keyring: Keyring,
  method: TaggedMethod,
  secret: MasterSecret,
): Promise<Pick<SigningMethodRow, 'generation' | 'publicKeyTag' | 'sealedSecret'>> {
  const info = secretInfo(method, secret.generation)
  return {
    generation: secret.generation,
    publicKeyTag: await computeMethodTag(keyring, method, secret),
    sealedSecret: hpkeSeal(method.publicKey, secret.bytes, { info, aad: new Uint8Array() }),
  }
}

/** Opens a method's private key; undefined if the value is wrong. */
export async function openPrivateKey(
  services: { readonly keyring: Keyring; readonly passwordHasher: PasswordHasher },
  slot: HashSlot,
  row: SigningMethodRow,
  value: string,
): Promise<Uint8Array | undefined> {
  const pepper = await services.keyring.derive(row.pepperKeyId, 'pepper')
  const cost: ScryptCost = parseScryptCost(row.cost)
  const key = await services.passwordHasher.deriveUnqueued(slot, value, { pepper, salt: row.salt, cost })
  try {
    return openWithKey(key, row.sealedPrivateKey, privateKeyContext(row))
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
export function openMasterSecret(row: SigningMethodRow, privateKey: Uint8Array): MasterSecret {
  const bytes = hpkeOpen(privateKey, row.sealedSecret, {
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
export async function assertMethodTag(keyring: Keyring, row: SigningMethodRow, secret: MasterSecret): Promise<void> {
  if (!timingSafeEqual(row.publicKeyTag, await computeMethodTag(keyring, row, secret)))
    throw new BillfoldError('sealed.invalid')
}

/** Computes the tag of a method (HMAC-SHA-256). Uses the keyring key of the pepper, so that both are retired together. */
export async function computeMethodTag(
  keyring: Keyring,
  method: TaggedMethod,
  secret: MasterSecret,
): Promise<Uint8Array> {
  const key = Buffer.concat([await keyring.derive(method.pepperKeyId, 'method tag'), secret.bytes])
  return createHmac('sha256', key).update(secretInfo(method, secret.generation)).update(method.publicKey).digest()
}

function privateKeyContext({ tenant, id, device, person }: MethodKeyContext): EncryptionContext {
  const field = device === null && person === null ? 'privateKey' : `privateKey behind ${device} and ${person}`
  return { tenant, table: signingMethods.name, row: id, field }
}

function secretInfo(
  method: { readonly tenant: string; readonly ownerId: string; readonly id: string },
  generation: number,
): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify(['billfold master secret', method.tenant, method.ownerId, method.id, generation]),
  )
}
