import type { Actor } from '../../platform/audit/audit-write.ts'
import type { Services } from '../../platform/services.ts'
import type { RowOf } from '../../kernel/storage/index.ts'
import type { credentialAttempts } from './attempt-table.ts'

/** A row of `payment_credential_attempts`. */
export type AttemptRow = RowOf<typeof credentialAttempts>

/** Kind of a credential that a user types in. */
export type PaymentCredentialKind = 'password' | 'pin'

/** The account that an attempt is made at. An unknown one is counted by what was presented, to equalize timing. */
export interface AttemptAccount {
  readonly userId: string | undefined
  readonly kind: PaymentCredentialKind
  /** The email of an unknown user. */
  readonly presented?: string | undefined
}

/** Consecutive failed attempts that lock a lane. */
export const maxFailures = 10

/** Later than any clock. */
export const never = Number.MAX_SAFE_INTEGER

/** How many source addresses of an account are known, and for how long after the last success there. */
export const knownSources = { max: 10, milliseconds: 90 * 24 * 60 * 60 * 1000 } as const

/** How long a counter is kept after its last attempt, or after its lock has ended. */
export const counterRetentionMs = 7 * 24 * 60 * 60 * 1000

const minute = 60 * 1000

/**
 * A counter that an attempt is counted on. `account` counts all attempts at a PIN. At a password, which anybody who knows
 * the email can try, `own` counts the attempts from one source address or with one API key, and `strangers` those from all
 * addresses where the user has not been before.
 */
export interface Lane {
  readonly name: 'account' | 'own' | 'strangers'
  /** The column `lane`. */
  readonly id: string
  /** Duration of the lock, in milliseconds, after a number of failed attempts that is a multiple of {@link maxFailures}. */
  readonly lockMs: (failures: number) => number
}

/** The lanes of one attempt with their rows, of which only some exist. */
export interface AttemptLanes {
  readonly tenant: string
  readonly account: string
  readonly lanes: readonly Lane[]
  readonly rows: ReadonlyMap<string, AttemptRow>
  /** True if the attempt is made with an API key of the user or from a known source address. */
  readonly isKnown: boolean
}

/** Computes the blind index under which the attempts at an account are counted. */
export function computeAttemptAccount(
  { blindIndex }: Pick<Services, 'blindIndex'>,
  tenant: string,
  { userId, kind, presented }: AttemptAccount,
): Promise<string> {
  const parts = userId === undefined ? [kind, 'unknown', presented ?? ''] : [kind, 'user', userId]
  return blindIndex.hash('payments:attempts', tenant, JSON.stringify(parts))
}

/** Returns all lanes that an attempt of this caller can be counted on; `strangers` applies only if it is not known. */
export async function toLanes(
  { blindIndex }: Pick<Services, 'blindIndex'>,
  { tenant, source, credentialId }: Actor,
  kind: PaymentCredentialKind,
): Promise<readonly Lane[]> {
  // Whoever tries a PIN holds an API key of its user. So the PIN locks as a whole, until it is replaced with the password.
  if (kind === 'pin') return [{ name: 'account', id: 'account', lockMs: () => never }]
  const origin = credentialId === undefined ? ['source', source ?? 'unknown'] : ['api key', credentialId]
  const id = await blindIndex.hash('payments:attempt-lane', tenant, JSON.stringify(origin))
  return [
    { name: 'own', id, lockMs: doublingLock(24 * 60 * minute) },
    { name: 'strangers', id: 'strangers', lockMs: doublingLock(60 * minute) },
  ]
}

/** 15 minutes after the first ten failed attempts, doubling with each further ten up to a maximum. */
function doublingLock(maxMs: number): (failures: number) => number {
  return (failures) => Math.min(15 * minute * 2 ** Math.min(failures / maxFailures - 1, 10), maxMs)
}
