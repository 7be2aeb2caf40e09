import type { Write } from '../kernel/storage/index.ts'
import type { Actor } from './audit/audit-write.ts'
import type { Services } from './services.ts'

/** Digest of a request that a signing method is to authorize. */
export interface RequestDigest {
  /** HTTP method, for example `POST`. */
  readonly method: string
  /** Path below the mount point with the query, for example `/api/signatures`. */
  readonly target: string
  /** SHA-256 of the bytes of the body, base64url: 43 characters. */
  readonly bodySha256: string
}

/** Formats a request digest as text of two lines. */
export function formatRequestDigest({ method, target, bodySha256 }: RequestDigest): string {
  return `${method} ${target}\n${bodySha256}`
}

/** A signing method of a user. */
export interface UserMethod {
  readonly tenant: string
  readonly userId: string
  /** Id of the signing method. */
  readonly methodId: string
}

/** What comes with the value of a new signing method of a kind. Both come from the request, not yet validated. */
export interface MethodEnrolment {
  /** Proves that the user has the authenticator: the response to {@link SigningMethodKind.startEnrolment}. */
  readonly proof: unknown
  /** The user's name for the authenticator. */
  readonly name?: string | undefined
}

/** How a user is called in the dialogs of an authenticator. */
export interface MethodUser {
  readonly id: string
  readonly tenant: string
  readonly name: string
}

/**
 * A type of signing method that a module brings: one whose value is a secret of an authenticator, which proves itself before
 * the value is tried. Billfold seals the user's master secret under the value, counts attempts, and locks, replaces and
 * deletes these methods like all others.
 */
export interface SigningMethodKind {
  /** The type in the custody API: `PASSKEY`. */
  readonly type: string
  /** True if a user's first signing method may be of this kind, in place of a PIN. */
  readonly mayBeFirst: boolean
  /** Returns what a client needs to create a credential, as JSON. */
  readonly startEnrolment: (services: Services, actor: Actor, user: MethodUser) => Promise<unknown>
  /** Checks what can be checked without reading. @throws BillfoldError */
  readonly assertEnrolment: (value: string | undefined, enrolment: MethodEnrolment) => void
  /**
   * Verifies the proof and returns the writes for the commit that creates the method, or replaces its value. Called again if
   * that commit conflicts.
   * @throws BillfoldError
   */
  readonly enrol: (
    services: Services,
    actor: Actor,
    method: UserMethod,
    enrolment: MethodEnrolment,
  ) => Promise<readonly Write[]>
  /** Returns what a client needs to use the method for one request, as JSON. @throws BillfoldError */
  readonly startUse: (services: Services, actor: Actor, method: UserMethod, request: RequestDigest) => Promise<unknown>
  /**
   * Verifies what is presented in front of the secret for exactly this request, and consumes it, also if the secret turns out
   * to be wrong.
   * @param value all that was presented; the secret is the part after the last dot
   * @returns true if the secret may be tried
   */
  readonly verifyUse: (
    services: Services,
    actor: Actor,
    method: UserMethod,
    value: string,
    request: RequestDigest,
  ) => Promise<boolean>
  /** Returns the writes for the commit that deletes the method. */
  readonly removalWrites: (services: Services, actor: Actor, method: UserMethod) => Promise<readonly Write[]>
  /** Returns the fields that the method list shows in addition, by the id of the method. */
  readonly describe: (
    services: Services,
    user: { readonly tenant: string; readonly userId: string },
  ) => Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>>
}

/** The kinds of signing method that modules bring, by type. */
export interface SigningMethodKinds {
  readonly signingMethodKinds?: ReadonlyMap<string, SigningMethodKind> | undefined
}
