import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { Actor } from '../audit/audit-write.ts'
import {
  batch,
  tryCommit,
  insert,
  isCommitError,
  remove,
  type RowOf,
  type Storage,
  update,
  deleteInBatches,
  type ReportRows,
  commitInBatches,
  type Where,
  type Write,
} from '../../kernel/storage/index.ts'
import { runWithIdempotencyKey } from './idempotent-request.ts'
import { type IdempotencyDependencies, repeatReply } from './repeat-reply.ts'
import type { ReplyPreconditions, StoredPrecondition } from './reply-preconditions.ts'
import { type StoredReply, deriveIdempotencyKeySecrets, type IdempotencyKeySecrets } from './stored-reply.ts'
import { idempotencyKeys } from './table.ts'

/** How long a repeated request gets the stored reply, in milliseconds: 24 hours. */
export const retentionMs = 24 * 60 * 60 * 1000

/**
 * The lease of a running request, in milliseconds. After it has expired another request may take over the key, and the
 * first commit of the earlier one fails.
 */
const leaseMs = 60_000

/** How long a reply that carries a secret is stored, in milliseconds: long enough for a client that lost it. */
export const secretReplyRetentionMs = 10 * 60 * 1000

/** A request with an idempotency key. */
export interface IdempotentCall {
  readonly tenant: string
  /** The scope of the key: API, route and caller. */
  readonly scope: readonly string[]
  readonly key: string
  /**
   * The text that the fingerprint is computed from, or a function that returns it if the body is read while the request
   * runs. It holds no PIN, no password and no credential: a repeat is answered before the route verifies them, so the
   * answer must not depend on them.
   */
  readonly fingerprintInput: string | (() => Promise<string>)
  /** Who repeats the request and what it is, for the audit record of a repeat that gets a secret. */
  readonly actor: Actor
  readonly operation: string
  /**
   * The secrets that the request presents, if its reply carries one: then a repeat must present the same. Undefined if
   * the reply carries no secret; then any repeat gets it, so that nothing can be learnt about a PIN.
   */
  readonly presentedSecrets: string | undefined
}

/** The outcome of a request. */
export interface IdempotentOutcome {
  /** Undefined if the reply cannot be stored, such as bytes or a stream. */
  readonly reply: StoredReply | undefined
  /** True if the reply reports that nothing was done. The key can then be used again. */
  readonly isRejection: boolean
}

type KeyRow = RowOf<typeof idempotencyKeys>

/**
 * Executes a request once per idempotency key, in any number of processes.
 *
 * A request that was rejected, or that failed before its first write, leaves the key unused. If a process crashes, the
 * key is available again after a minute unless the request has written something; in that case repeats fail, because
 * the outcome is unknown.
 *
 * @returns the stored reply of an earlier request, or undefined if this call has executed the request
 * @throws BillfoldError `idempotency-key.reused` for another request with the same key; `idempotency-key.in-progress`
 *   while one is running; `idempotency-key.outcome-unknown` if the reply is not known;
 *   `idempotency-key.reply-withheld`, see {@link repeatReply}; and the errors of `execute`
 */
export async function executeOnce(
  setup: IdempotencyDependencies,
  call: IdempotentCall,
  execute: () => Promise<IdempotentOutcome>,
): Promise<StoredReply | undefined> {
  const secrets = await deriveIdempotencyKeySecrets(setup.blindIndex, call.tenant, call.scope, call.key)
  for (;;) {
    const acquired = await acquireKey(setup, call, secrets)
    if (acquired === undefined) continue
    if ('done' in acquired) return repeatReply(setup, call, secrets, acquired.done)
    await executeHoldingKey(setup, call, secrets, acquired.leaseId, execute)
    return undefined
  }
}

/** Deletes expired idempotency keys, and expired replies that carry a secret: their keys stay used. */
export async function purgeExpiredIdempotencyKeys(storage: Storage, now: number, report?: ReportRows): Promise<void> {
  await deleteInBatches(storage, idempotencyKeys, { expiresAt: { lte: now } }, report)
  const withoutReply = (where: Where): Write => {
    return { kind: 'update', table: idempotencyKeys, where, set: { reply: null }, add: {}, expectedRows: 'any' }
  }
  const expired = { replyExpiresAt: { lte: now }, reply: { ne: null } }
  await commitInBatches(storage, idempotencyKeys, expired, withoutReply, report)
}

/**
 * Acquires the key for this request, or returns the stored reply. Returns undefined if a concurrent request changed the
 * row and the caller must try again.
 */
async function acquireKey(
  setup: IdempotencyDependencies,
  call: IdempotentCall,
  secrets: IdempotencyKeySecrets,
): Promise<{ readonly leaseId: string } | { readonly done: KeyRow & { readonly reply: Uint8Array } } | undefined> {
  const { storage } = setup
  const { id } = secrets
  const now = setup.now()
  const leaseId = newId()
  const fingerprint =
    typeof call.fingerprintInput === 'string' ? secrets.computeFingerprint(call.fingerprintInput) : null
  const lease = { leaseId, leaseExpiresAt: now + leaseMs, fingerprint, expiresAt: now + retentionMs }
  const unanswered = { hasWritten: false, reply: null, replyExpiresAt: null, failedRepeats: 0 }
  const row = { id, tenant: call.tenant, ...unanswered, ...lease }
  if (await tryCommit(setup, insert(idempotencyKeys, row))) return { leaseId }
  const [found] = await storage.find(idempotencyKeys, { where: { id }, limit: 1 })
  if (found === undefined) return undefined
  const unchanged = { id, leaseId: found.leaseId, leaseExpiresAt: found.leaseExpiresAt }
  if (found.expiresAt <= now) {
    await tryCommit(setup, remove(idempotencyKeys, { where: unchanged }))
    return undefined
  }
  if (found.leaseExpiresAt > now) throw new BillfoldError('idempotency-key.in-progress', { retryAfterSeconds: 1 })
  if ((await isSameRequest(found, call, secrets)) === false) throw new BillfoldError('idempotency-key.reused')
  if (found.reply !== null) return { done: { ...found, reply: found.reply } }
  if (found.replyExpiresAt !== null) throw new BillfoldError('idempotency-key.reply-withheld')
  if (found.hasWritten) throw new BillfoldError('idempotency-key.outcome-unknown')
  const takeover = update(idempotencyKeys, { where: { ...unchanged, hasWritten: false }, set: lease })
  return (await tryCommit(setup, takeover)) ? { leaseId } : undefined
}

/** Compares the fingerprints. Returns undefined if the comparison is unnecessary, so that the body need not be read. */
async function isSameRequest(
  { fingerprint, reply }: KeyRow,
  { fingerprintInput }: IdempotentCall,
  { computeFingerprint }: IdempotencyKeySecrets,
): Promise<boolean | undefined> {
  if (typeof fingerprintInput !== 'string' && reply === null) return undefined
  return fingerprint === null
    ? undefined
    : fingerprint ===
        computeFingerprint(typeof fingerprintInput === 'string' ? fingerprintInput : await fingerprintInput())
}

async function executeHoldingKey(
  setup: IdempotencyDependencies,
  call: IdempotentCall,
  secrets: IdempotencyKeySecrets,
  leaseId: string,
  execute: () => Promise<IdempotentOutcome>,
): Promise<void> {
  const where = { id: secrets.id, leaseId }
  const logFailure = (pending: Promise<void>): Promise<void> =>
    pending.catch((cause: unknown) => setup.logger.warn({ cause: toErrorName(cause) }, 'idempotency key update failed'))
  try {
    const preconditions: ReplyPreconditions = new Map()
    const { reply, isRejection: wasRejected } = await runWithIdempotencyKey(
      { ...where, hasRecordedWrite: false, preconditions },
      execute,
    )
    // The request has been executed: return its reply even if the key cannot be updated.
    await logFailure(
      wasRejected
        ? freeKey(setup.storage, where, true)
        : saveReply(setup, call, secrets, leaseId, reply, [...preconditions.values()]),
    )
  } catch (error) {
    await logFailure(freeKey(setup.storage, where, isRejection(error)))
    throw error
  }
}

async function saveReply(
  { storage, now }: IdempotencyDependencies,
  { fingerprintInput, presentedSecrets }: IdempotentCall,
  secrets: IdempotencyKeySecrets,
  leaseId: string,
  reply: StoredReply | undefined,
  preconditions: readonly StoredPrecondition[],
): Promise<void> {
  const fingerprint = secrets.computeFingerprint(
    typeof fingerprintInput === 'string' ? fingerprintInput : await fingerprintInput(),
  )
  const secretsProof = presentedSecrets === undefined ? undefined : secrets.computeFingerprint(presentedSecrets)
  const sealed = reply === undefined ? null : secrets.seal({ reply, preconditions, secretsProof })
  const retention = presentedSecrets === undefined ? retentionMs : secretReplyRetentionMs
  const replyExpiresAt = sealed === null ? null : now() + retention
  const set = { hasWritten: true, fingerprint, reply: sealed, replyExpiresAt, leaseExpiresAt: 0 }
  await storage.commit(batch(update(idempotencyKeys, { where: { id: secrets.id, leaseId }, set, expectedRows: 'any' })))
}

/**
 * Frees the key of a request that was rejected or has not written anything. The outcome of a request that failed after
 * a write is unknown.
 */
async function freeKey(
  storage: Storage,
  where: { readonly id: string; readonly leaseId: string },
  wasRejected: boolean,
): Promise<void> {
  const unused = wasRejected ? where : { ...where, hasWritten: false }
  await storage.commit(
    batch(
      remove(idempotencyKeys, { where: unused, expectedRows: 'any' }),
      update(idempotencyKeys, { where, set: { leaseExpiresAt: 0 }, expectedRows: 'any' }),
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
