import { type Actor, auditRecord } from '../audit/record.ts'
import { equalSecrets, formatPhc, isHashable, parsePhc } from '../crypto/index.ts'
import { BillfoldError, type ErrorCode } from '../errors.ts'
import { newId } from '../ids.ts'
import type { RateLimitKey } from '../rate-limits/index.ts'
import type { Services } from '../services.ts'
import { batch, check, type Hits, isCommitError, type RowOf, update, type Write } from '../storage/index.ts'
import type { Held } from './held.ts'
import { typedSecrets } from './tables.ts'

/** A typed secret as it is kept. */
export type TypedSecretRow = RowOf<typeof typedSecrets>

/** What a user types in. */
export type SecretKind = 'password' | 'pin'

/** How many wrong values in a row lock a secret. */
const mostFailures = 10

/** Later than any clock says. */
const forEver = Number.MAX_SAFE_INTEGER

/**
 * How long a secret is locked after so many wrong values. A PIN until it is set anew with the password; a password, which nothing
 * else replaces, a quarter of an hour, then twice as long each time, up to a day.
 */
function lockMilliseconds(kind: SecretKind, failures: number): number {
  if (kind === 'pin') return forEver
  const doublings = Math.min(failures / mostFailures - 1, 10)
  return Math.min(15 * 60 * 1000 * 2 ** doublings, 24 * 60 * 60 * 1000)
}

/** A hash of a secret to be kept, and whether it can be one at all. @throws BillfoldError `server.busy` */
export async function hashSecret({ slowHash, keyring }: Services, value: string, source?: string): Promise<string> {
  const keyId = keyring.currentKeyId
  const pepper = await keyring.derive(keyId, 'pepper')
  return slowHash.hash(value, { pepper, keyId, ...(source !== undefined && { source }) })
}

/**
 * Whether a user's secret has this value: its row, or undefined. The attempt is counted before the value is looked at; an
 * unknown user, one without such a secret, a locked one and a wrong value cannot be told apart, by time neither.
 * @throws BillfoldError `rate.limited` for a source of too many wrong values, `server.busy`
 */
export async function verifySecret(
  services: Services,
  actor: Actor,
  userId: string | undefined,
  kind: SecretKind,
  value: string,
): Promise<TypedSecretRow | undefined> {
  if (!isHashable(value)) return undefined
  return services.slowHash.turn(actor.source, async () => {
    await refuseGuesser(services, actor)
    const attempt = newId()
    // An unknown user is looked for all the same: the reads and writes of a refusal are always the same ones.
    const row = await countAttempt(services, userId ?? attempt, kind, attempt)
    const right = await compare(services, row, value)
    if (row !== undefined && right) {
      await giveBack(services, row, attempt, value)
      return row
    }
    await services.limiter.take(guessesOf(actor), services.wrongValues)
    const refused = auditRecord(actor, 'payments.secret-refused', userId ?? 'unknown', services.now(), { kind })
    await services.storage.commit(batch(refused))
    return undefined
  })
}

/** The value that was found right has not been replaced. */
export function stillThatSecret({ userId, kind, version }: TypedSecretRow, otherwise: ErrorCode): Held {
  return { write: check(typedSecrets, { where: { userId, kind, version } }), otherwise }
}

async function refuseGuesser(services: Services, actor: Actor): Promise<void> {
  const { allowed, retryAfterSeconds } = await services.limiter.look(guessesOf(actor), services.wrongValues)
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

function guessesOf(actor: Actor): RateLimitKey {
  return { name: 'wrong payment secrets', subject: actor.source ?? 'unknown', tenant: actor.tenant }
}

/** The row, once an attempt at it is counted; undefined where there is none or it is locked. */
async function countAttempt(
  services: Services,
  userId: string,
  kind: SecretKind,
  attempt: string,
): Promise<TypedSecretRow | undefined> {
  for (let round = 0; round < 5; round++) {
    const [row] = await services.storage.find(typedSecrets, { where: { userId, kind }, limit: 1 })
    const now = services.now()
    if (row === undefined || row.lockedUntil > now) {
      // Counts nothing, since no row has this version, and takes as long.
      const nobody = { userId, kind, version: -1, failures: 0 }
      await services.storage.commit(batch(...countingWrites(kind, nobody, attempt, now, 'any')))
      return undefined
    }
    try {
      await services.storage.commit(batch(...countingWrites(kind, row, attempt, now, 'one')))
      return row
    } catch (error) {
      if (!isCommitError(error)) throw error
    }
  }
  return undefined
}

/** The writes that count an attempt, and lock a secret that it fills. */
function countingWrites(
  kind: SecretKind,
  { userId, version, failures }: Pick<TypedSecretRow, 'userId' | 'version' | 'failures'>,
  attempt: string,
  now: number,
  hits: Hits,
): readonly Write[] {
  const begun = failures - (failures % mostFailures)
  const of = { userId, kind, version }
  const within = { gte: begun, lt: begun + mostFailures }
  const lockedUntil = Math.min(now + lockMilliseconds(kind, begun + mostFailures), forEver)
  return [
    update(typedSecrets, {
      where: { ...of, failures: within, lockedUntil: { lte: now } },
      set: { lastAttempt: attempt },
      add: { failures: 1 },
      hits,
    }),
    update(typedSecrets, { where: { ...of, failures: begun + mostFailures }, set: { lockedUntil }, hits: 'any' }),
  ]
}

/** Hashes in any case, so that time tells nothing. */
async function compare(services: Services, row: TypedSecretRow | undefined, value: string): Promise<boolean> {
  const { keyring, slowHash } = services
  const kept = row === undefined ? undefined : parsePhc(row.phc)
  const pepper = await keyring.derive(kept?.keyId ?? keyring.currentKeyId, 'pepper')
  const inputs = { pepper, salt: kept?.salt ?? new Uint8Array(16), cost: kept?.cost ?? slowHash.cost }
  const hash = await slowHash.deriveNow(value, inputs)
  return kept !== undefined && equalSecrets(hash, kept.hash)
}

/**
 * All failures are forgiven, unless a newer attempt has been counted meanwhile: then only this one is, and a lock that it
 * brought stays.
 */
async function giveBack(services: Services, row: TypedSecretRow, attempt: string, value: string): Promise<void> {
  const of = { userId: row.userId, kind: row.kind, version: row.version }
  const phc = await renewed(services, row, value)
  await services.storage.commit(
    batch(
      update(typedSecrets, {
        where: { ...of, lastAttempt: attempt },
        set: { failures: 0, lockedUntil: 0, lastAttempt: null, ...(phc !== undefined && { phc }) },
        hits: 'any',
      }),
      update(typedSecrets, {
        where: { ...of, lastAttempt: { ne: attempt }, failures: { gt: 0 } },
        add: { failures: -1 },
        hits: 'any',
      }),
    ),
  )
}

/** The hash with the newest pepper and cost, where the kept one has others: now the value is here. */
async function renewed(
  { keyring, slowHash }: Services,
  row: TypedSecretRow,
  value: string,
): Promise<string | undefined> {
  const { keyId, cost, salt } = parsePhc(row.phc)
  const wanted = slowHash.cost
  if (keyId === keyring.currentKeyId && cost.logN === wanted.logN && cost.r === wanted.r && cost.p === wanted.p)
    return undefined
  const pepper = await keyring.derive(keyring.currentKeyId, 'pepper')
  const hash = await slowHash.deriveNow(value, { pepper, salt, cost: wanted })
  return formatPhc({ cost: wanted, keyId: keyring.currentKeyId, salt, hash })
}
