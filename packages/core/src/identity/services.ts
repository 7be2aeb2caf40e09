import type { Services } from '../platform/services.ts'
import type { SessionFactors } from '../platform/session-factor.ts'
import type { SigningMethodKinds } from '../platform/signing-method-kind.ts'
import type { LockoutRule } from './signing-methods/lockout.ts'
import type { ReencryptOwnerRows } from '../platform/master-secret.ts'

/** Dependencies of the functions that authorize with signing methods. */
export interface IdentityServices extends Services, SigningMethodKinds, SessionFactors {
  /** A temporary lockout after consecutive failures, before ten of them lock a method permanently. */
  readonly lockout?: LockoutRule | undefined
  /** Re-encrypts what is sealed under an owner's master secret when that secret is replaced. */
  readonly masterSecretRotationSteps: readonly ReencryptOwnerRows[]
}
