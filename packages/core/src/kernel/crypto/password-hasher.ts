import { createHmac, randomBytes, scrypt } from 'node:crypto'
import { BillfoldError } from '../errors.ts'
import { mapOpaqueString } from '../precis.ts'
import { type ScryptCost, defaultScryptCost, isAllowedScryptCost } from './scrypt-cost.ts'
import { formatPhc, parsePhc } from './phc.ts'
import { timingSafeEqual } from './secrets.ts'
import { createSemaphore, type Requester, type SemaphoreLimits } from '../concurrency/semaphore.ts'

/** Options of {@link createPasswordHasher}. */
export interface PasswordHasherOptions extends Partial<SemaphoreLimits> {
  /** The scrypt cost of new hashes; defaults to {@link defaultScryptCost}. */
  readonly cost?: ScryptCost
}

/** Inputs of one hash besides the secret. */
export interface PasswordHashInputs {
  /** 32 secret bytes that are not in the database, so that a stolen database allows no offline guessing. */
  readonly pepper: Uint8Array
  /** 16 to 64 random bytes. */
  readonly salt: Uint8Array
  readonly cost: ScryptCost
}

/** Options of {@link PasswordHasher.verify}. */
export interface VerifyHashOptions extends Requester {
  /** Returns the 32-byte pepper of a keyring key. */
  readonly getPepper: (keyId: string) => Promise<Uint8Array>
  /** The id of the current keyring key. A hash with another key is reported as outdated. */
  readonly currentKeyId?: string
}

const slotBrand: unique symbol = Symbol('hash slot')

/**
 * A slot of a password hasher. Only {@link PasswordHasher.withSlot} creates one, and it is valid until the job that received
 * it ends. A function that takes a slot hashes without waiting for one.
 */
export interface HashSlot {
  readonly [slotBrand]: true
}

/**
 * Hashes secrets chosen by people, such as passwords and PINs: scrypt (RFC 7914) over HMAC-SHA256(pepper, secret), 32 bytes.
 * Secrets are mapped by the profile OpaqueString of RFC 8265 first, so that they do not depend on the keyboard and no two
 * different ones are the same, and are at most 1,024 bytes of UTF-8. Hashing runs off the event loop; both concurrency and queue are bounded.
 */
export interface PasswordHasher {
  /** The scrypt cost of new hashes. */
  readonly cost: ScryptCost
  /**
   * Runs a job in one slot of the semaphore, for work that belongs together with the hash, such as counting an attempt. The
   * job must hash with `deriveUnqueued`: any other method waits for a second slot and can deadlock. For the same reason, and
   * because others wait for the slot, it must not wait for a lock or a network.
   * @param requester an `Actor`, for example: callers who are authenticated do not wait behind those who are not, and the
   *   source addresses take turns
   * @throws BillfoldError `server.busy` with `retryAfterSeconds` if the queue, or the share of the source, is full, or if the
   *   job would wait for too long
   */
  readonly withSlot: <T>(requester: Requester, job: (slot: HashSlot) => Promise<T>) => Promise<T>
  /**
   * Hashes in the slot of a job of `withSlot`.
   * @param slot the slot that the job received
   * @throws BillfoldError `input.invalid` if the secret is too long or not well-formed Unicode
   * @throws RangeError if the job of the slot has ended
   */
  readonly deriveUnqueued: (
    slot: HashSlot,
    secret: string | Uint8Array,
    inputs: PasswordHashInputs,
  ) => Promise<Uint8Array>
  /**
   * Hashes in a slot of its own. `beforeHash` runs in the same slot. If it returns false, the hash is computed nevertheless, to
   * equalize timing, and then rejected with `caller.forbidden`.
   * @throws BillfoldError as `withSlot` and `deriveUnqueued` do; `caller.forbidden`
   */
  readonly derive: (
    secret: string | Uint8Array,
    options: PasswordHashInputs & Requester & { readonly beforeHash?: () => Promise<boolean> },
  ) => Promise<Uint8Array>
  /**
   * Hashes with a new salt, in a slot of its own. Returns a PHC string that contains the id of the pepper's key.
   * @throws BillfoldError as `derive` does
   */
  readonly hash: (
    secret: string | Uint8Array,
    options: Requester & { readonly pepper: Uint8Array; readonly keyId: string },
  ) => Promise<string>
  /**
   * Verifies a secret against a PHC string. `outdated` is true if the secret is correct and should be rehashed, because its cost
   * or its key (see `currentKeyId`) is no longer the current one.
   * @throws BillfoldError `sealed.invalid` for a malformed PHC string; otherwise as `derive` does
   */
  readonly verify: (
    secret: string | Uint8Array,
    phc: string,
    options: VerifyHashOptions,
  ) => Promise<{ readonly ok: boolean; readonly outdated: boolean }>
}

const maxSecretBytes = 1024

/** Limits of the queue of a password hasher, unless others are given. */
export const defaultHasherLimits = {
  concurrency: 2,
  queue: 256,
  perSource: 128,
  perAnonymousSource: 8,
  maxWaitSeconds: 20,
} as const satisfies SemaphoreLimits

/**
 * Creates the password hasher of a process. Create one and share it. By default 2 hashes run concurrently (the thread pool of
 * Node has 4 threads), at the default cost for 65 to 170 ms each.
 *
 * Callers who are authenticated are served first, three of four times, and the source addresses take turns. Of each of these two
 * groups 256 can wait, 128 authenticated ones from one address and 8 anonymous ones. If the queue is full, a newcomer
 * replaces the last one of the address with the most. Who would wait for more than 20 seconds is rejected immediately.
 *
 * @param options the cost of new hashes, and the limits of the queue
 * @throws RangeError if the cost is out of range, see {@link isAllowedScryptCost}
 *
 * @example
 * ```ts
 * import { createBillfold, createPasswordHasher, environmentKeyring, memoryStorage } from '@billfold/core'
 *
 * const passwordHasher = createPasswordHasher()
 * const shared = { storage: memoryStorage(), keyring: environmentKeyring(), passwordHasher }
 * const tenants = ['acme', 'zenith'].map((tenant) => createBillfold({ ...shared, tenant })) // one queue for both
 * ```
 */
export function createPasswordHasher(options: PasswordHasherOptions = {}): PasswordHasher {
  const { cost = defaultScryptCost, ...limits } = options
  if (!isAllowedScryptCost(cost)) throw costError(cost)
  const semaphore = createSemaphore({ ...defaultHasherLimits, ...limits })
  const activeSlots = new WeakSet<HashSlot>()

  const withSlot: PasswordHasher['withSlot'] = (requester, job) =>
    semaphore(requester, async () => {
      const slot: HashSlot = { [slotBrand]: true }
      activeSlots.add(slot)
      try {
        return await job(slot)
      } finally {
        activeSlots.delete(slot)
      }
    })

  const deriveUnqueued: PasswordHasher['deriveUnqueued'] = async (slot, secret, inputs) => {
    if (!activeSlots.has(slot)) throw new RangeError('The slot of the password hasher has ended')
    return deriveKey(secret, inputs)
  }

  const derive: PasswordHasher['derive'] = (secret, { source, isAnonymous, beforeHash, ...inputs }) =>
    withSlot({ source, isAnonymous }, async (slot) => {
      const allowed = (await beforeHash?.()) ?? true
      const derived = await deriveUnqueued(slot, secret, inputs)
      if (!allowed) throw new BillfoldError('caller.forbidden')
      return derived
    })

  return {
    cost,
    withSlot,
    deriveUnqueued,
    derive,
    async hash(secret, { pepper, keyId, ...requester }) {
      const salt = randomBytes(16)
      const hash = await derive(secret, {
        pepper,
        salt,
        cost,
        source: requester.source,
        isAnonymous: requester.isAnonymous,
      })
      return formatPhc({ cost, keyId, salt, hash })
    },
    async verify(secret, phc, { getPepper, currentKeyId, source, isAnonymous }) {
      const stored = parsePhc(phc)
      const pepper = await getPepper(stored.keyId)
      const hash = await derive(secret, { pepper, salt: stored.salt, cost: stored.cost, source, isAnonymous })
      const ok = timingSafeEqual(hash, stored.hash)
      return { ok, outdated: ok && (!sameCost(stored.cost, cost) || stored.keyId !== (currentKeyId ?? stored.keyId)) }
    },
  }
}

async function deriveKey(secret: string | Uint8Array, { pepper, salt, cost }: PasswordHashInputs): Promise<Uint8Array> {
  if (!isAllowedScryptCost(cost)) throw costError(cost)
  if (pepper.length !== 32) throw new RangeError(`A pepper must be 32 bytes, not ${pepper.length}`)
  if (salt.length < 16 || salt.length > 64) throw new RangeError(`A salt must be 16 to 64 bytes, not ${salt.length}`)
  const peppered = createHmac('sha256', pepper).update(secretBytes(secret)).digest()
  return runScrypt(peppered, salt, cost)
}

function runScrypt(peppered: Uint8Array, salt: Uint8Array, { logN, r, p }: ScryptCost): Promise<Uint8Array> {
  const N = 2 ** logN
  const maxmem = 128 * r * (N + p) + 1024 * 1024
  return new Promise((resolve, reject) => {
    scrypt(peppered, salt, 32, { N, r, p, maxmem }, (error, key) => {
      // Bun passes undefined where Node passes null.
      if (error) reject(error)
      else resolve(Uint8Array.from(key))
    })
  })
}

/**
 * Returns true if a secret can be hashed: at most 1,024 bytes of UTF-8 and well-formed Unicode. A value that fails this check
 * cannot match any stored hash.
 */
export function isHashable(secret: string | Uint8Array): boolean {
  return normalizeSecret(secret) !== undefined
}

function secretBytes(secret: string | Uint8Array): Uint8Array {
  const bytes = normalizeSecret(secret)
  if (bytes === undefined) throw new BillfoldError('input.invalid')
  return bytes
}

/** Checks the length before and after the mapping: NFC can expand one character to three. */
function normalizeSecret(secret: string | Uint8Array): Uint8Array | undefined {
  if (secret.length > maxSecretBytes) return undefined
  if (typeof secret !== 'string') return secret
  if (/\p{Surrogate}/u.test(secret)) return undefined
  const bytes = Buffer.from(mapOpaqueString(secret), 'utf8')
  return bytes.length > maxSecretBytes ? undefined : bytes
}

function costError({ logN, r, p }: ScryptCost): RangeError {
  return new RangeError(
    `scrypt cost out of range: logN ${logN}, r ${r}, p ${p}; at most logN 20, r 32, p 32, 256 MiB and N r p 2^22`,
  )
}

function sameCost(a: ScryptCost, b: ScryptCost): boolean {
  return a.logN === b.logN && a.r === b.r && a.p === b.p
}
