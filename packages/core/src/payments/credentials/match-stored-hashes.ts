import { formatPhc, type HashSlot, parsePhc, type PhcHash, timingSafeEqual } from '../../kernel/crypto/index.ts'
import type { Services } from '../../platform/services.ts'
import { type RowOf, update, type Write } from '../../kernel/storage/index.ts'
import { paymentCredentials } from '../tables.ts'
import { slowSaltOf, toOwnHash } from './password-salt.ts'

type PaymentCredentialRow = RowOf<typeof paymentCredentials>

/**
 * Compares a value with stored hashes. Those with the same key, cost and salt share one slow hash, and without any row one is computed
 * nevertheless, to equalize timing.
 * @returns for each row, whether it matches
 */
export async function matchStoredHashes(
  services: Services,
  slot: HashSlot,
  rows: readonly (PaymentCredentialRow | undefined)[],
  value: string,
): Promise<readonly boolean[]> {
  const { keyring, passwordHasher } = services
  const nothing = { keyId: keyring.currentKeyId, cost: passwordHasher.cost, salt: new Uint8Array(16) }
  const stored = rows.map((row) => (row === undefined ? undefined : parsePhc(row.phc)))
  const needed = stored.filter((hash) => hash !== undefined)
  const slowHashes = new Map<string, Uint8Array>()
  for (const inputs of needed.length === 0 ? [nothing] : needed) {
    const name = nameOf(inputs)
    if (!slowHashes.has(name)) slowHashes.set(name, await deriveSlowHash(services, slot, inputs, value))
  }
  return stored.map((hash) => {
    const slowHash = hash === undefined ? undefined : slowHashes.get(nameOf(hash))
    if (hash === undefined || slowHash === undefined) return false
    return timingSafeEqual(toOwnHash(slowHash, hash.salt), hash.hash)
  })
}

type SlowHashInputs = Pick<PhcHash, 'keyId' | 'cost' | 'salt'>

/** Two hashes with the same name have the same slow hash. */
function nameOf({ keyId, cost: { logN, r, p }, salt }: SlowHashInputs): string {
  return JSON.stringify([keyId, logN, r, p, Buffer.from(slowSaltOf(salt)).toString('hex')])
}

async function deriveSlowHash(
  { keyring, passwordHasher }: Services,
  slot: HashSlot,
  { keyId, cost, salt }: SlowHashInputs,
  value: string,
): Promise<Uint8Array> {
  const pepper = await keyring.derive(keyId, 'pepper')
  return passwordHasher.deriveUnqueued(slot, value, { pepper, salt: slowSaltOf(salt), cost })
}

/** Returns the write that renews a hash with an older pepper or another cost, unless the value was replaced meanwhile. */
export async function renewalWrites(
  services: Services,
  slot: HashSlot,
  { userId, kind, version, phc }: PaymentCredentialRow,
  value: string,
): Promise<readonly Write[]> {
  const { currentKeyId: keyId } = services.keyring
  const { cost } = services.passwordHasher
  const { keyId: storedKeyId, cost: storedCost, salt } = parsePhc(phc)
  if (storedKeyId === keyId && storedCost.logN === cost.logN && storedCost.r === cost.r && storedCost.p === cost.p)
    return []
  const slowHash = await deriveSlowHash(services, slot, { keyId, cost, salt }, value)
  const set = { phc: formatPhc({ cost, keyId, salt, hash: toOwnHash(slowHash, salt) }) }
  return [update(paymentCredentials, { where: { userId, kind, version }, set, expectedRows: 'any' })]
}
