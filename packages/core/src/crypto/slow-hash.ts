import { createHmac, randomBytes, scrypt } from 'node:crypto'
import { BillfoldError } from '../errors.ts'
import { type Cost, defaultCost, isCost } from './cost.ts'
import { formatPhc, parsePhc } from './phc.ts'
import { equalSecrets } from './secrets.ts'
import { boundedTurns, type TakeTurn, type TurnLimits } from './turns.ts'

/** What {@link slowHash} may spend. */
export interface SlowHashOptions extends Partial<TurnLimits> {
  /** What a new hash costs. */
  readonly cost?: Cost
}

/** What a secret is hashed with. */
export interface HashInputs {
  /** 32 bytes that are not in the database: without them nobody can even guess. */
  readonly pepper: Uint8Array
  /** 16 to 64 random bytes. */
  readonly salt: Uint8Array
  readonly cost: Cost
}

/**
 * The slow hash of secrets that people choose: scrypt (RFC 7914) over HMAC-SHA256(pepper, secret), 32 bytes. A secret is
 * at most 1,024 bytes of UTF-8, and is brought to Unicode's NFKC first, so that a keyboard that composes characters and
 * one that does not give the same. It runs off the event loop, a few at once; what waits is bounded.
 */
export interface SlowHash {
  /** What a new hash costs. */
  readonly cost: Cost
  /**
   * Runs a job in one slot of the queue: what must happen just before a hash, such as counting an attempt, goes in here
   * with it. Inside, hash with `deriveNow`; any other call waits for a second slot, possibly for ever.
   * @throws BillfoldError `server.busy` with `retryAfterSeconds`, past the end of the queue or of the source's share
   */
  readonly turn: TakeTurn
  /**
   * Hashes without waiting for a turn: only inside one.
   * @throws BillfoldError `input.invalid` for a secret that is too long or not well-formed Unicode
   */
  readonly deriveNow: (secret: string | Uint8Array, inputs: HashInputs) => Promise<Uint8Array>
  /**
   * Hashes in a turn of its own. `beforeHash` runs in that turn; if it says false, the hash is computed all the same, so
   * that time tells nothing, and then refused with `caller.forbidden`.
   * @throws BillfoldError as `turn` and `deriveNow` do
   */
  readonly derive: (
    secret: string | Uint8Array,
    options: HashInputs & { readonly source?: string; readonly beforeHash?: () => Promise<boolean> },
  ) => Promise<Uint8Array>
  /**
   * Hashes in a turn of its own, to be kept, with a new salt: a PHC string that names the pepper's key.
   * @throws BillfoldError as `derive` does
   */
  readonly hash: (
    secret: string | Uint8Array,
    options: { readonly pepper: Uint8Array; readonly keyId: string; readonly source?: string },
  ) => Promise<string>
  /**
   * Compares a secret with a PHC string. `outdated` tells that the secret is right and should be hashed anew: another
   * cost, or another key than `currentKeyId` where that is given.
   * @throws BillfoldError `sealed.invalid` for a malformed PHC string, else as `derive` does
   */
  readonly verify: (
    secret: string | Uint8Array,
    phc: string,
    options: {
      readonly pepperOf: (keyId: string) => Promise<Uint8Array>
      readonly currentKeyId?: string
      readonly source?: string
    },
  ) => Promise<{ readonly ok: boolean; readonly outdated: boolean }>
}

const longestSecret = 1024

/**
 * Makes the slow hash of a process: make one, and share it. Two at once by default, since the thread pool has four
 * threads; 64 wait, 8 of one source. The default cost takes 65 to 170 ms, so that a full queue is done in 2 to 6 s.
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, memoryStorage, slowHash } from '@billfold/core'
 *
 * const shared = { storage: memoryStorage(), keyring: environmentKeyring(), slowHash: slowHash() }
 * const tenants = ['acme', 'zenith'].map((tenant) => createBillfold({ ...shared, tenant })) // one queue for both
 * ```
 */
export function slowHash(options: SlowHashOptions = {}): SlowHash {
  const { cost = defaultCost, concurrency = 2, queue = 64, perSource = 8 } = options
  if (!isCost(cost)) throw new RangeError('The cost is not one that Billfold spends')
  const turn = boundedTurns({ concurrency, queue, perSource })

  const derive: SlowHash['derive'] = (secret, { source, beforeHash, ...inputs }) =>
    turn(source, async () => {
      const allowed = (await beforeHash?.()) ?? true
      const derived = await deriveNow(secret, inputs)
      if (!allowed) throw new BillfoldError('caller.forbidden')
      return derived
    })

  return {
    cost,
    turn,
    deriveNow,
    derive,
    async hash(secret, { pepper, keyId, source }) {
      const salt = randomBytes(16)
      const hash = await derive(secret, { pepper, salt, cost, ...withSource(source) })
      return formatPhc({ cost, keyId, salt, hash })
    },
    async verify(secret, phc, { pepperOf, currentKeyId, source }) {
      const kept = parsePhc(phc)
      const pepper = await pepperOf(kept.keyId)
      const hash = await derive(secret, { pepper, salt: kept.salt, cost: kept.cost, ...withSource(source) })
      const ok = equalSecrets(hash, kept.hash)
      return { ok, outdated: ok && (!sameCost(kept.cost, cost) || kept.keyId !== (currentKeyId ?? kept.keyId)) }
    },
  }
}

async function deriveNow(secret: string | Uint8Array, { pepper, salt, cost }: HashInputs): Promise<Uint8Array> {
  if (!isCost(cost)) throw new RangeError('The cost is not one that Billfold spends')
  if (pepper.length !== 32) throw new RangeError('A pepper has 32 bytes')
  if (salt.length < 16 || salt.length > 64) throw new RangeError('A salt has 16 to 64 bytes')
  const peppered = createHmac('sha256', pepper).update(secretBytes(secret)).digest()
  return scryptOf(peppered, salt, cost)
}

function scryptOf(peppered: Uint8Array, salt: Uint8Array, { logN, r, p }: Cost): Promise<Uint8Array> {
  const N = 2 ** logN
  const maxmem = 128 * r * (N + p) + 1024 * 1024
  return new Promise((resolve, reject) => {
    scrypt(peppered, salt, 32, { N, r, p, maxmem }, (error, key) => {
      if (error === null) resolve(Uint8Array.from(key))
      else reject(error)
    })
  })
}

/** Whether a secret can be hashed: 1,024 bytes of UTF-8 at most, and well-formed Unicode. What cannot be hashed no hash is of. */
export function isHashable(secret: string | Uint8Array): boolean {
  return normalised(secret) !== undefined
}

function secretBytes(secret: string | Uint8Array): Uint8Array {
  const bytes = normalised(secret)
  if (bytes === undefined) throw new BillfoldError('input.invalid')
  return bytes
}

/** Bounded before it is normalised as well as after: one character can become eighteen. */
function normalised(secret: string | Uint8Array): Uint8Array | undefined {
  if (secret.length > longestSecret) return undefined
  if (typeof secret !== 'string') return secret
  if (/\p{Surrogate}/u.test(secret)) return undefined
  const bytes = Buffer.from(secret.normalize('NFKC'), 'utf8')
  return bytes.length > longestSecret ? undefined : bytes
}

function sameCost(a: Cost, b: Cost): boolean {
  return a.logN === b.logN && a.r === b.r && a.p === b.p
}

function withSource(source: string | undefined): { readonly source?: string } {
  return source === undefined ? {} : { source }
}
