import { createHash, randomBytes } from 'node:crypto'
import { type FactorSession, formatRequestDigest, type RequestDigest } from '@billfold/core/modules'
import {
  batch,
  insert,
  remove,
  type Storage,
  type Write,
  deleteInBatches,
  type ReportRows,
} from '@billfold/core/storage'
import type { PasskeyContext } from './context.ts'
import { passkeyError } from './declarations.ts'
import { type ChallengeRow, passkeyChallenges } from './tables.ts'

/** How long a challenge can be answered, in milliseconds. */
export const challengeLifetimeMs = 5 * 60 * 1000

/** What a challenge allows. A challenge for one purpose is unknown for the others. */
export type ChallengePurpose = 'create' | 'enrol' | 'sign-in' | 'session' | 'use'

/** What a challenge is bound to: a request that a signing method authorizes, or the client of a session. */
export type ChallengeBinding = { readonly request: RequestDigest } | { readonly session: FactorSession }

/** A challenge, and the write that stores it. */
export interface NewChallenge {
  readonly challenge: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
  readonly write: Write
}

/** Builds a challenge. */
export function buildChallenge(
  { services, actor }: PasskeyContext,
  purpose: ChallengePurpose,
  userId: string | null,
  extra: { readonly prfSalt?: Uint8Array; readonly binding?: ChallengeBinding } = {},
): NewChallenge {
  const random = randomBytes(32)
  const bytes = extra.binding === undefined ? random : Buffer.concat([random, bind(random, extra.binding)])
  const challenge = bytes.toString('base64url')
  const expiresAt = services.now() + challengeLifetimeMs
  const row = { challenge, tenant: actor.tenant, purpose, userId, prfSalt: extra.prfSalt ?? null, expiresAt }
  return { challenge, expiresAt, write: insert(passkeyChallenges, row) }
}

/** Creates a challenge and stores it. */
export async function createChallenge(...input: Parameters<typeof buildChallenge>): Promise<string> {
  const { challenge, write } = buildChallenge(...input)
  await input[0].services.storage.commit(batch(write))
  return challenge
}

/**
 * Finds the challenge that a response answers.
 * @param userId the user that it must be for; null for a sign-in of anybody; undefined for a sign-in of either
 * @throws BillfoldError `passkey.challenge-invalid`
 */
export async function getChallenge(
  { services, actor }: PasskeyContext,
  purpose: ChallengePurpose,
  response: unknown,
  userId: string | undefined,
): Promise<ChallengeRow> {
  const challenge = readChallenge(response)
  if (challenge === undefined) throw passkeyError('passkey.invalid')
  const user = userId === undefined ? {} : { userId }
  const where = { challenge, tenant: actor.tenant, purpose, ...user, expiresAt: { gt: services.now() } }
  const [row] = await services.storage.find(passkeyChallenges, { where, limit: 1 })
  if (row === undefined) throw passkeyError('passkey.challenge-invalid')
  return row
}

/** Consumes a challenge, in the commit of what it allows: of several commits at once, one succeeds. */
export function consumeChallenge({ challenge, tenant }: ChallengeRow): Write {
  return remove(passkeyChallenges, { where: { challenge, tenant } })
}

/**
 * True if a challenge was made for exactly this request, or this client of a session. The authenticator signs over the challenge,
 * and so over what it is bound to, also if the row in the database was changed.
 */
export function isChallengeFor({ challenge }: ChallengeRow, binding: ChallengeBinding): boolean {
  const bytes = Buffer.from(challenge, 'base64url')
  return bytes.length === 64 && bind(bytes.subarray(0, 32), binding).equals(bytes.subarray(32))
}

/** Deletes expired challenges. */
export async function purgeExpiredChallenges(storage: Storage, now: number, report?: ReportRows): Promise<void> {
  await deleteInBatches(storage, passkeyChallenges, { expiresAt: { lte: now } }, report)
}

function bind(random: Uint8Array, binding: ChallengeBinding): Buffer {
  const [label, content] =
    'request' in binding
      ? ['billfold passkey request 1\n', formatRequestDigest(binding.request)]
      : ['billfold passkey session 1\n', `${binding.session.sessionId}\n${binding.session.callerKey}`]
  return createHash('sha256').update(label).update(random).update(content).digest()
}

/** Reads the challenge from client data that nobody has verified yet, to find its row. */
function readChallenge(response: unknown): string | undefined {
  try {
    const encoded = property(property(response, 'response'), 'clientDataJSON')
    if (typeof encoded !== 'string' || encoded.length > 8192) return undefined
    const challenge = property(JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')), 'challenge')
    return typeof challenge === 'string' && /^[A-Za-z0-9_-]{43,86}$/.test(challenge) ? challenge : undefined
  } catch {
    return undefined
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
