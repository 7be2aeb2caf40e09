import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { type HashSlot, isHashable } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { RateLimitKey } from '../../platform/rate-limits/index.ts'
import type { Services } from '../../platform/services.ts'
import { securityNoticeWrites } from '../../identity/security-notices/security-notice.ts'
import { batch, type RowOf, type Write } from '../../kernel/storage/index.ts'
import { paymentCredentials } from '../tables.ts'
import type { PaymentCredentialKind } from './attempt-lanes.ts'
import { countAttempts, type CountedAttempt, refundAttemptWrites, succeedAttemptWrites } from './count-attempt.ts'
import { matchStoredHashes, renewalWrites } from './match-stored-hashes.ts'

type PaymentCredentialRow = RowOf<typeof paymentCredentials>

/** A user whom a value can be of, and the caller as this user knows them. */
export interface CredentialCandidate {
  readonly actor: Actor
  readonly userId: string | undefined
}

/** What is verified. */
export interface PresentedCredential {
  /** In the order in which they are tried; one without a user if there is none. */
  readonly candidates: readonly CredentialCandidate[]
  readonly kind: PaymentCredentialKind
  readonly value: string
  /** What an unknown user was looked up by, normalized; attempts at it are counted as for a known user. */
  readonly presented?: string | undefined
}

/** A candidate with the attempt that was counted at it, and its row. */
interface Tried extends CredentialCandidate {
  readonly attempt: CountedAttempt
  readonly row: PaymentCredentialRow | undefined
}

/**
 * Verifies a password or PIN of which users it can be. The attempt is counted before the value is checked: at a PIN for the account, at a
 * password for the caller's source address or API key and, unless the user has been there before, for all strangers together. An unknown
 * user, a missing credential, a locked one and a wrong value are indistinguishable, also by timing; so are one user and several, whose
 * attempts are counted together and whose passwords share one slow hash.
 * @param actor the caller, who waits for a slot of the hasher
 * @returns the row of the first user whose value it is, otherwise undefined
 * @throws BillfoldError `rate.limited` after too many failed attempts of one caller, `server.busy`
 */
export async function verifyCredentialOfAny(
  services: Services,
  actor: Actor,
  { candidates, kind, value, presented }: PresentedCredential,
): Promise<PaymentCredentialRow | undefined> {
  if (!isHashable(value)) return undefined
  return services.passwordHasher.withSlot(actor, async (slot) => {
    const { allowed, limited } = await splitByFailedAttemptLimit(services, candidates)
    if (allowed.length === 0 && limited !== undefined) throw limited
    const tried = await countAndRead(services, allowed, kind, presented)
    const rows = tried.map(({ row, attempt }) => (attempt.isRefused ? undefined : row))
    const matches = await matchStoredHashes(services, slot, rows, value)
    const index = matches.indexOf(true)
    const matched = tried[index]
    if (matched?.row === undefined) {
      await reject(services, tried, kind)
      if (limited !== undefined) throw limited
      return undefined
    }
    await succeed(services, slot, { tried, index, matched, kind, value })
    return matched.row
  })
}

async function countAndRead(
  services: Services,
  candidates: readonly CredentialCandidate[],
  kind: PaymentCredentialKind,
  presented: string | undefined,
): Promise<readonly Tried[]> {
  const targets = candidates.map(({ actor, userId }) => ({ actor, account: { userId, kind, presented } }))
  const id = newId()
  const attempts = await countAttempts(services, targets, id)
  const found = await services.storage.find(paymentCredentials, {
    where: { userId: { in: candidates.map(({ userId }) => userId ?? id) }, kind },
  })
  return candidates.flatMap((candidate, index) => {
    const attempt = attempts[index]
    const row = found.find(({ userId }) => userId === candidate.userId)
    return attempt === undefined ? [] : [{ ...candidate, attempt, row }]
  })
}

/**
 * Users before the one whose value it is have a failed attempt, as if their values had been compared one after the other: who gives an
 * account of their own the same email must not guess at others without being counted. To those after it nothing was attempted.
 */
async function succeed(
  services: Services,
  slot: HashSlot,
  {
    tried,
    index,
    matched,
    kind,
    value,
  }: {
    readonly tried: readonly Tried[]
    readonly index: number
    readonly matched: Tried
    readonly kind: PaymentCredentialKind
    readonly value: string
  },
): Promise<void> {
  const before = tried.slice(0, index)
  if (before.length > 0) await consumeFailedAttempt(services, before)
  await services.storage.commit(
    batch(
      ...(await succeedAttemptWrites(services, matched.actor, matched.attempt)),
      ...(matched.row === undefined ? [] : await renewalWrites(services, slot, matched.row, value)),
      ...tried.slice(index + 1).flatMap(({ attempt }) => refundAttemptWrites(attempt)),
      ...(await rejectedWrites(services, before, kind)),
    ),
  )
}

async function reject(services: Services, tried: readonly Tried[], kind: PaymentCredentialKind): Promise<void> {
  await consumeFailedAttempt(services, tried)
  await services.storage.commit(batch(...(await rejectedWrites(services, tried, kind))))
}

async function rejectedWrites(
  services: Services,
  tried: readonly Tried[],
  kind: PaymentCredentialKind,
): Promise<readonly Write[]> {
  const writes = tried.map(async ({ actor, userId, attempt }) => [
    auditWrite(actor, 'payments.credential-rejected', userId ?? 'unknown', services.now(), { kind }),
    ...(await lockedWrites(services, actor, userId, kind, attempt)),
  ])
  return (await Promise.all(writes)).flat()
}

/** Tells the user about the first lock. For an unknown user, the same work is done and nothing is written. */
async function lockedWrites(
  services: Services,
  { tenant }: Actor,
  userId: string | undefined,
  kind: PaymentCredentialKind,
  { id, newlyLocked }: CountedAttempt,
): Promise<readonly Write[]> {
  const [lane] = newlyLocked
  if (lane === undefined) return []
  const scope = { account: 'everybody', strangers: 'new-sources', own: 'one-source' } as const
  const notice = await securityNoticeWrites(services, {
    tenant,
    topic: 'security.credential-locked',
    userId: userId ?? id,
    detail: { credential: kind, lockedFor: scope[lane.name] },
  })
  if (userId === undefined) return []
  const data = { userId, credential: kind, lockedFor: scope[lane.name] } as const
  return [...notice, ...eventWrites(services, tenant, 'payment-credential.locked', data)]
}

/** Candidates whose caller has failed too often are not tried. */
async function splitByFailedAttemptLimit(
  services: Services,
  candidates: readonly CredentialCandidate[],
): Promise<{ readonly allowed: readonly CredentialCandidate[]; readonly limited: BillfoldError | undefined }> {
  const limits = new Map<string, BillfoldError | undefined>()
  for (const key of distinctKeys(candidates)) {
    const { allowed, retryAfterSeconds } = await services.rateLimiter.peek(key, services.failedAttemptLimit)
    limits.set(key.subject, allowed ? undefined : new BillfoldError('rate.limited', { retryAfterSeconds }))
  }
  return {
    allowed: candidates.filter(({ actor }) => limits.get(failedAttemptKey(actor).subject) === undefined),
    limited: [...limits.values()].find((error) => error !== undefined),
  }
}

/** Counts one failed attempt for each caller, however many users were tried. */
async function consumeFailedAttempt(services: Services, tried: readonly CredentialCandidate[]): Promise<void> {
  for (const key of distinctKeys(tried)) await services.rateLimiter.consume(key, services.failedAttemptLimit)
}

function distinctKeys(candidates: readonly CredentialCandidate[]): readonly RateLimitKey[] {
  return [
    ...new Map(candidates.map(({ actor }) => [failedAttemptKey(actor).subject, failedAttemptKey(actor)])).values(),
  ]
}

/** Callers with an API key are counted on their own, so that strangers behind the same address cannot block them. */
function failedAttemptKey({ tenant, source = 'unknown', credentialId }: Actor): RateLimitKey {
  const subject = credentialId === undefined ? source : `${credentialId} ${source}`
  return { name: 'failed payment credentials', subject, tenant }
}
