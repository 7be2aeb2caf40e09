import { BillfoldError, isBillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Logger } from '../logger.ts'
import type { Lookups } from '../lookups/lookups.ts'
import { batch, committed, insert, isCommitError, remove, type RowOf, type Storage, update } from '../storage/index.ts'
import { asAct } from './acts.ts'
import { type KeptReply, keySecrets, type KeySecrets } from './kept-reply.ts'
import { counted, isExhausted, mostMismatches } from './mismatches.ts'
import { idempotencyKeys } from './table.ts'

/** How long a repeated request gets the stored reply, in milliseconds: 24 hours. */
export const keptFor = 24 * 60 * 60 * 1000

/**
 * The lease of a running request, in milliseconds. After it has expired another request may take over the key, and the
 * first commit of the earlier one fails.
 */
const leaseMs = 60_000

/**
 * Dependencies of {@link executeOnce}. The storage must be the one without tracking, see {@link
 * idempotencyTrackingStorage}.
 */
export interface KeySetup {
  readonly storage: Storage
  readonly lookups: Lookups
  readonly logger: Logger
  readonly now: () => number
}

/** A request with an idempotency key. */
export interface KeyedCall {
  readonly tenant: string
  /** The scope of the key: API, route and caller. */
  readonly scope: readonly string[]
  readonly key: string
  /** For the audit log: the caller, and the API with the route. */
  readonly caller: string
  readonly route: string
  /**
   * The text that the fingerprint is computed from, or a function that returns it if the body is read while the request
   * runs.
   */
  readonly asked: string | (() => Promise<string>)
}

/** The outcome of a request. */
export interface Outcome {
  /** Undefined if the reply cannot be stored, such as bytes or a stream. */
  readonly reply: KeptReply | undefined
  /** True if the reply reports that nothing was done. The key can then be used again. */
  readonly isRefusal: boolean
}

type KeyRow = RowOf<typeof idempotencyKeys>

/**
 * Executes a request once per idempotency key, in any number of processes.
 *
 * A request that was rejected, or that failed before its first write, leaves the key unused. If a process crashes, the
 * key is available again after a minute unless the request has written something; in that case repeats fail, because
 * the outcome is unknown. Requests with another fingerprint are counted, since they may be guesses at a PIN. After five
 * of them every request with the key is rejected.
 *
 * @returns the stored reply of an earlier request, or undefined if this call has executed the request
 * @throws BillfoldError `idempotency-key.reused` for another request with the same key; `idempotency-key.in-progress`
 *   while one is running; `idempotency-key.outcome-unknown` if the reply is not known; and the errors of `execute`
 */
export async function once(
  setup: KeySetup,
  call: KeyedCall,
  execute: () => Promise<Outcome>,
): Promise<KeptReply | undefined> {
  const secrets = await keySecrets(setup.lookups, call.tenant, call.scope, call.key)
  for (;;) {
    const acquired = await acquireKey(setup, call, secrets)
    if (acquired === undefined) continue
    if ('reply' in acquired) return secrets.open(acquired.reply)
    await executeHoldingKey(setup, call, secrets, acquired.holder, execute)
    return undefined
  }
}

/** Deletes expired idempotency keys. */
export async function forgetKeys(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(idempotencyKeys, { where: { expiresAt: { lte: now } }, hits: 'any' })))
}

/**
 * Acquires the key for this request, or returns the stored reply. Returns undefined if a concurrent request changed the
 * row and the caller must try again.
 */
async function acquireKey(
  setup: KeySetup,
  call: KeyedCall,
  secrets: KeySecrets,
): Promise<{ readonly holder: string } | { readonly reply: Uint8Array } | undefined> {
  const { storage } = setup
  const { id } = secrets
  const now = setup.now()
  const holder = newId()
  const fingerprint = typeof call.asked === 'string' ? secrets.fingerprintOf(call.asked) : null
  const lease = { holder, heldUntil: now + leaseMs, fingerprint, expiresAt: now + keptFor }
  const row = { id, tenant: call.tenant, acted: false, reply: null, mismatches: 0, ...lease }
  if (await committed(setup, insert(idempotencyKeys, row))) return { holder }
  const [found] = await storage.find(idempotencyKeys, { where: { id }, limit: 1 })
  if (found === undefined) return undefined
  const unchanged = { id, holder: found.holder, heldUntil: found.heldUntil, mismatches: found.mismatches }
  if (found.expiresAt <= now) {
    await committed(setup, remove(idempotencyKeys, { where: unchanged }))
    return undefined
  }
  if (isExhausted(found)) throw new BillfoldError('idempotency-key.reused')
  // Do not compare while the first request is running, so that nothing about it can be learned.
  if (found.heldUntil > now) throw new BillfoldError('idempotency-key.in-progress', { retryAfterSeconds: 1 })
  const isSame = await compareFingerprint(found, call, secrets)
  if (isSame !== undefined && !(await counted(setup, call, found, isSame))) return undefined
  if (isSame === false) throw new BillfoldError('idempotency-key.reused')
  if (found.reply !== null) return { reply: found.reply }
  if (found.acted) throw new BillfoldError('idempotency-key.unanswered')
  const takeover = update(idempotencyKeys, { where: { ...unchanged, acted: false }, set: lease })
  return (await committed(setup, takeover)) ? { holder } : undefined
}

/** Compares the fingerprints. Returns undefined if the comparison is unnecessary, so that the body need not be read. */
async function compareFingerprint(
  { fingerprint, reply }: KeyRow,
  { asked }: KeyedCall,
  { fingerprintOf }: KeySecrets,
): Promise<boolean | undefined> {
  if (typeof asked !== 'string' && reply === null) return undefined
  return fingerprint === null
    ? undefined
    : fingerprint === fingerprintOf(typeof asked === 'string' ? asked : await asked())
}

async function executeHoldingKey(
  setup: KeySetup,
  call: KeyedCall,
  secrets: KeySecrets,
  holder: string,
  execute: () => Promise<Outcome>,
): Promise<void> {
  const where = { id: secrets.id, holder }
  const logFailure = (pending: Promise<void>): Promise<void> =>
    pending.catch((cause: unknown) => setup.logger.warn({ cause: toErrorName(cause) }, 'idempotency key update failed'))
  try {
    const { reply, isRefusal: wasRejected } = await asAct({ ...where, isMarked: false }, execute)
    // The request has been executed: return its reply even if the key cannot be updated.
    await logFailure(wasRejected ? freeKey(setup.storage, where, true) : saveReply(setup, call, secrets, holder, reply))
  } catch (error) {
    await logFailure(freeKey(setup.storage, where, isRejection(error)))
    throw error
  }
}

async function saveReply(
  { storage }: KeySetup,
  { asked }: KeyedCall,
  secrets: KeySecrets,
  holder: string,
  reply: KeptReply | undefined,
): Promise<void> {
  const fingerprint = secrets.fingerprintOf(typeof asked === 'string' ? asked : await asked())
  const set = { acted: true, fingerprint, reply: reply === undefined ? null : secrets.seal(reply), heldUntil: 0 }
  const where = { id: secrets.id, holder, mismatches: { lt: mostMismatches } }
  await storage.commit(batch(update(idempotencyKeys, { where, set, hits: 'any' })))
}

/**
 * Frees the key of a request that was rejected or has not written anything. The outcome of a request that failed after
 * a write is unknown. If mismatches were counted the row is retained, because the next request may contain the same
 * PIN.
 */
async function freeKey(
  storage: Storage,
  where: { readonly id: string; readonly holder: string },
  wasRejected: boolean,
) {
  const unused = wasRejected ? where : { ...where, acted: false }
  await storage.commit(
    batch(
      remove(idempotencyKeys, { where: { ...unused, mismatches: 0 }, hits: 'any' }),
      update(idempotencyKeys, { where: unused, set: { heldUntil: 0, acted: false, fingerprint: null }, hits: 'any' }),
      update(idempotencyKeys, { where, set: { heldUntil: 0 }, hits: 'any' }),
    ),
  )
}

/**
 * Returns true if the request was rejected and so had no effect. Status 499 is excluded: a client that disconnected may
 * have interrupted the request at any point.
 */
function isRejection(error: unknown): boolean {
  return isCommitError(error) || (isBillfoldError(error) && error.status < 499)
}

function toErrorName(cause: unknown): string {
  return isBillfoldError(cause) ? cause.code : cause instanceof Error ? cause.name : typeof cause
}
