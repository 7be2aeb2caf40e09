import type { Actor } from '../audit/record.ts'
import { isLiveEnough } from '../biometrics/configurations.ts'
import { seal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import { batch, insert, remove, type Storage } from '../storage/index.ts'
import { faceChecks } from './face-check-table.ts'
import { type FaceMethodSetup, verifierIn } from './face-method-setup.ts'
import type { CredentialRow } from './sealing.ts'
import { credentials } from './tables.ts'
import { livenessPlace } from './use-face-check.ts'

/** A face check that was started. */
export interface BegunFaceCheck {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** Instructions of the verifier for the client, if a liveness check is required. */
  readonly liveness?: Readonly<Record<string, unknown>>
}

/** Time to submit a face after the start of a check, in milliseconds. */
const startLifetimeMs = 5 * 60 * 1000

/** Key of a signing method of a user. */
export interface MethodOfUser {
  readonly userId: string
  readonly methodId: string
}

/**
 * Starts a face check for a signing method with a face binding. One face can be submitted for it.
 * @throws BillfoldError `signing-method.no-verifier`, `signing-method.not-found`, `signing-method.face-unsupported`,
 *   `verifier.unavailable`, `server.busy`
 */
export async function beginFaceCheck(setup: FaceMethodSetup, actor: Actor, key: MethodOfUser): Promise<BegunFaceCheck> {
  const { services } = setup
  const { verifier } = verifierIn(setup)
  const { tenant } = actor
  const method = await faceMethod(setup, tenant, key)
  if (!isLiveEnough(setup, verifier.capabilities))
    throw new BillfoldError('verifier.unavailable', {
      cause: new Error(`the assurance of the verifier is below the required liveness '${setup.liveness}'`),
    })
  const caller = { tenant, source: actor.source }
  const started = setup.liveness === 'none' ? undefined : await verifier.startLiveness(caller)
  const id = newId()
  const expiresAt = Math.min(services.now() + startLifetimeMs, started?.expiresAt ?? Number.POSITIVE_INFINITY)
  const row = { id, tenant, ownerId: method.ownerId, methodId: method.id, methodVersion: method.version, expiresAt }
  const sealedLiveness =
    started === undefined
      ? null
      : await seal(services.keyring, new TextEncoder().encode(started.state), livenessPlace(row))
  await services.storage.commit(batch(insert(faceChecks, { ...row, sealedLiveness, sealedRequest: null })))
  return { id, expiresAt, ...(started !== undefined && { liveness: started.client }) }
}

/**
 * Returns a user's signing method that has a face binding.
 * @throws BillfoldError `signing-method.not-found`, `signing-method.face-unsupported`
 */
export async function faceMethod(
  { services }: FaceMethodSetup,
  tenant: string,
  { userId, methodId }: MethodOfUser,
): Promise<CredentialRow> {
  const [row] = await services.storage.find(credentials, { where: { id: methodId, tenant, ownerId: userId }, limit: 1 })
  if (row === undefined) throw new BillfoldError('signing-method.unknown')
  if (row.device === null) throw new BillfoldError('signing-method.no-face')
  return row
}

/** Deletes expired face checks. */
export async function forgetFaceChecks(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(faceChecks, { where: { expiresAt: { lte: now } }, hits: 'any' })))
}
