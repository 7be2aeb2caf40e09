import { BillfoldError, isBillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Logger } from '../logger.ts'
import type { Lookups } from '../lookups/lookups.ts'
import { batch, committed, insert, isCommitError, remove, type RowOf, type Storage, update } from '../storage/index.ts'
import { asAct } from './acts.ts'
import { type KeptReply, keySecrets, type KeySecrets } from './kept-reply.ts'
import { counted, isExhausted, mostMismatches } from './mismatches.ts'
import { idempotencyKeys } from './table.ts'

/** How long a repeat gets the same reply, in milliseconds: a day. */
export const keptFor = 24 * 60 * 60 * 1000

/** How long a request is taken to be running when nothing is heard of it, in milliseconds. Its first commit is refused if another has begun after that. */
const heldFor = 60_000

/** What keys stand on: a storage that marks nothing, see `markingStorage`. */
export interface KeySetup {
  readonly storage: Storage
  readonly lookups: Lookups
  readonly logger: Logger
  readonly now: () => number
}

/** One request under an idempotency key. */
export interface KeyedCall {
  readonly tenant: string
  /** Whose the key is, and for what: the caller and the route. */
  readonly scope: readonly string[]
  readonly key: string
  /** For the audit trail: who calls, and the API with the route. */
  readonly caller: string
  readonly route: string
  /** What is asked, as text: known before the act, or read in the course of it. */
  readonly asked: string | (() => Promise<string>)
}

/** What an act came to. */
export interface Outcome {
  /** Nothing where it cannot be kept: bytes, a stream. */
  readonly reply: KeptReply | undefined
  /** Whether the reply says that nothing came about: then the key is free again. */
  readonly isRefusal: boolean
}

type KeyRow = RowOf<typeof idempotencyKeys>

/**
 * Acts once for a key, in any number of processes. Gives the reply of an earlier call under the key, or nothing where it has
 * acted now. What was refused, or failed before
 * it wrote anything, leaves the key free. A process that dies leaves it free too, after a minute, if it has written nothing; else
 * the key stays used, and a repeat is told that its reply is not known. Other requests under a key are counted, since what is asked
 * may hold a PIN: after five of them every request under the key is another one.
 * @throws BillfoldError `idempotency-key.reused` for another request, `idempotency-key.in-progress` while one runs,
 *   `idempotency-key.unanswered` where the reply is not known; and what the act throws
 */
export async function once(
  setup: KeySetup,
  call: KeyedCall,
  act: () => Promise<Outcome>,
): Promise<KeptReply | undefined> {
  const secrets = await keySecrets(setup.lookups, call.tenant, call.scope, call.key)
  for (;;) {
    const taken = await take(setup, call, secrets)
    if (taken === undefined) continue
    if ('reply' in taken) return secrets.open(taken.reply)
    await actUnder(setup, call, secrets, taken.holder, act)
    return undefined
  }
}

/** Forgets keys whose time has come. */
export async function forgetKeys(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(idempotencyKeys, { where: { expiresAt: { lte: now } }, hits: 'any' })))
}

/** The key for this request; or the reply that was kept; or nothing where another was quicker, and it is to be tried again. */
async function take(
  setup: KeySetup,
  call: KeyedCall,
  secrets: KeySecrets,
): Promise<{ readonly holder: string } | { readonly reply: Uint8Array } | undefined> {
  const { storage } = setup
  const { id } = secrets
  const now = setup.now()
  const holder = newId()
  const fingerprint = typeof call.asked === 'string' ? secrets.fingerprintOf(call.asked) : null
  const held = { holder, heldUntil: now + heldFor, fingerprint, expiresAt: now + keptFor }
  const row = { id, tenant: call.tenant, acted: false, reply: null, mismatches: 0, ...held }
  if (await committed(setup, insert(idempotencyKeys, row))) return { holder }
  const [found] = await storage.find(idempotencyKeys, { where: { id }, limit: 1 })
  if (found === undefined) return undefined
  const taking = { id, holder: found.holder, heldUntil: found.heldUntil, mismatches: found.mismatches }
  if (found.expiresAt <= now) {
    await committed(setup, remove(idempotencyKeys, { where: taking }))
    return undefined
  }
  if (isExhausted(found)) throw new BillfoldError('idempotency-key.reused')
  // While it runs nothing is compared: who asks learns nothing of what the first one asked.
  if (found.heldUntil > now) throw new BillfoldError('idempotency-key.in-progress', { retryAfterSeconds: 1 })
  const isSame = await isSameAs(found, call, secrets)
  if (isSame !== undefined && !(await counted(setup, call, found, isSame))) return undefined
  if (isSame === false) throw new BillfoldError('idempotency-key.reused')
  if (found.reply !== null) return { reply: found.reply }
  if (found.acted) throw new BillfoldError('idempotency-key.unanswered')
  const takeover = update(idempotencyKeys, { where: { ...taking, acted: false }, set: held })
  return (await committed(setup, takeover)) ? { holder } : undefined
}

/** Whether it is the request that the key was used for; undefined where nothing hangs on it, and a body need not be read for it. */
async function isSameAs(
  { fingerprint, reply }: KeyRow,
  { asked }: KeyedCall,
  { fingerprintOf }: KeySecrets,
): Promise<boolean | undefined> {
  if (typeof asked !== 'string' && reply === null) return undefined
  return fingerprint === null
    ? undefined
    : fingerprint === fingerprintOf(typeof asked === 'string' ? asked : await asked())
}

async function actUnder(
  setup: KeySetup,
  call: KeyedCall,
  secrets: KeySecrets,
  holder: string,
  act: () => Promise<Outcome>,
): Promise<void> {
  const where = { id: secrets.id, holder }
  const orSay = (kept: Promise<void>): Promise<void> =>
    kept.catch((cause: unknown) =>
      setup.logger.warn({ cause: nameOf(cause) }, 'an idempotency key could not be settled'),
    )
  try {
    const { reply, isRefusal: refused } = await asAct({ ...where, isMarked: false }, act)
    // It is done, whatever becomes of the key: the reply is given all the same.
    await orSay(refused ? free(setup.storage, where, true) : keep(setup, call, secrets, holder, reply))
  } catch (error) {
    await orSay(free(setup.storage, where, isRefusal(error)))
    throw error
  }
}

async function keep(
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
 * Frees a key: of a request that was refused, or that has written nothing. Of one that failed after writing, nobody knows the
 * outcome. Where other requests were counted under it the count stays, for what is asked next may hold the same PIN.
 */
async function free(storage: Storage, where: { readonly id: string; readonly holder: string }, refused: boolean) {
  const unused = refused ? where : { ...where, acted: false }
  await storage.commit(
    batch(
      remove(idempotencyKeys, { where: { ...unused, mismatches: 0 }, hits: 'any' }),
      update(idempotencyKeys, { where: unused, set: { heldUntil: 0, acted: false, fingerprint: null }, hits: 'any' }),
      update(idempotencyKeys, { where, set: { heldUntil: 0 }, hits: 'any' }),
    ),
  )
}

/** Whether the act was refused, and so has not come about. A client that went away may have cut it off anywhere. */
function isRefusal(error: unknown): boolean {
  return isCommitError(error) || (isBillfoldError(error) && error.status < 499)
}

function nameOf(cause: unknown): string {
  return isBillfoldError(cause) ? cause.code : cause instanceof Error ? cause.name : typeof cause
}
