import type { Write } from '../kernel/storage/index.ts'
import type { Actor } from './audit/audit-write.ts'
import type { Services } from './services.ts'

/** The session that a factor is used in, and by which client. What is made for one is of no use in another. */
export interface FactorSession {
  readonly tenant: string
  readonly sessionId: string
  /** The X coordinate of the public key of the client, base64url. */
  readonly callerKey: string
}

/** A started use of a factor. */
export interface StartedFactor {
  /** What the client needs, as JSON. It must not depend on the user: a stranger may have the link of a session. */
  readonly options: Readonly<Record<string, unknown>>
  /** Epoch milliseconds. */
  readonly expiresAt: number
  /** Stores the challenge. */
  readonly writes: readonly Write[]
}

/** How a user was authenticated (RFC 8176). */
export type FactorMethod = 'hwk' | 'swk' | 'user'

/** A factor that has proven itself. */
export interface ProvenFactor {
  readonly refused?: undefined
  readonly userId: string
  /** True if the authenticator verified its user, so that it stands for two factors. */
  readonly userVerified: boolean
  readonly amr: readonly FactorMethod[]
  /** Use it up, and belong in the commit of what it allows. */
  readonly writes: readonly Write[]
}

/** A factor that was refused. */
export interface RefusedFactor {
  /** The reason in one word, for example `unknown`. */
  readonly refused: string
}

/**
 * A factor that a module brings to authentication sessions, beside the face and the PIN: a discoverable credential, which says by
 * itself who signs in.
 */
export interface SessionFactor {
  readonly name: 'passkey'
  /** Prepares the use of the factor in a session. */
  readonly start: (services: Services, actor: Actor, session: FactorSession) => Promise<StartedFactor>
  /**
   * Verifies the answer of a client. Called again if the commit of its writes conflicts.
   * @param userId the user of the session; null if it names none
   * @param response from the request, not yet validated
   */
  readonly verify: (
    services: Services,
    actor: Actor,
    session: FactorSession & { readonly userId: string | null },
    response: unknown,
  ) => Promise<ProvenFactor | RefusedFactor>
}

/** The session factors that modules bring, by name. */
export interface SessionFactors {
  readonly sessionFactors?: ReadonlyMap<string, SessionFactor> | undefined
}
