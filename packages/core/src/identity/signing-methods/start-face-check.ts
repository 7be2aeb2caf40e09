import type { Actor } from '../../platform/audit/audit-write.ts'
import { meetsLivenessRequirement } from '../biometrics/verification-configurations.ts'
import { seal } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, insert, type Storage, deleteInBatches, type ReportRows } from '../../kernel/storage/index.ts'
import { faceChecks } from './face-check-table.ts'
import { type FaceMethodContext, limitFaceAttempts, requireFaceRecognition } from './face-method-context.ts'
import type { SigningMethodRow } from './sealing.ts'
import { signingMethods } from './tables.ts'
import { livenessContext } from './consume-face-check.ts'

/** A face check that was started. */
export interface StartedFaceCheck {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** Instructions of the verifier for the client, if a liveness check is required. */
  readonly liveness?: Readonly<Record<string, unknown>>
}

/** Time to submit a face after the start of a check, in milliseconds. */
const startLifetimeMs = 5 * 60 * 1000

/** Key of a signing method of a user. */
export interface UserMethodKey {
  readonly userId: string
  readonly methodId: string
}

/**
 * Starts a face check for a signing method with a face binding. One face can be submitted for it.
 * @throws BillfoldError `signing-method.no-verifier`, `signing-method.not-found`, `signing-method.face-unsupported`,
 *   `rate.limited`, `verifier.unavailable`, `server.busy`
 */
export async function startFaceCheck(
  setup: FaceMethodContext,
  actor: Actor,
  key: UserMethodKey,
): Promise<StartedFaceCheck> {
  const { services } = setup
  const { verifier } = requireFaceRecognition(setup)
  const { tenant } = actor
  const method = await getFaceMethod(setup, tenant, key)
  if (!meetsLivenessRequirement(setup, verifier.capabilities))
    throw new BillfoldError('verifier.unavailable', {
      cause: new Error(`the assurance of the verifier is below the required liveness '${setup.liveness}'`),
    })
  // As many as faces can be submitted: otherwise a caller could start checks until one asks for movements that were prepared.
  await limitFaceAttempts(setup, method, 'face checks started per user')
  const caller = { tenant, source: actor.source }
  const started = setup.liveness === 'none' ? undefined : await verifier.startLiveness(caller)
  const id = newId()
  const expiresAt = Math.min(services.now() + startLifetimeMs, started?.expiresAt ?? Number.POSITIVE_INFINITY)
  const row = { id, tenant, ownerId: method.ownerId, methodId: method.id, methodVersion: method.version, expiresAt }
  const sealedLiveness =
    started === undefined
      ? null
      : await seal(services.keyring, new TextEncoder().encode(started.state), livenessContext(row))
  await services.storage.commit(batch(insert(faceChecks, { ...row, sealedLiveness, sealedRequest: null })))
  return { id, expiresAt, ...(started !== undefined && { liveness: started.client }) }
}

/**
 * Returns a user's signing method that has a face binding.
 * @throws BillfoldError `signing-method.not-found`, `signing-method.face-unsupported`
 */
export async function getFaceMethod(
  { services }: FaceMethodContext,
  tenant: string,
  { userId, methodId }: UserMethodKey,
): Promise<SigningMethodRow> {
  const [row] = await services.storage.find(signingMethods, {
    where: { id: methodId, tenant, ownerId: userId },
    limit: 1,
  })
  if (row === undefined) throw new BillfoldError('signing-method.not-found')
  if (row.device === null) throw new BillfoldError('signing-method.face-unsupported')
  return row
}

/** Deletes expired face checks. */
export async function purgeExpiredFaceChecks(storage: Storage, now: number, report?: ReportRows): Promise<void> {
  await deleteInBatches(storage, faceChecks, { expiresAt: { lte: now } }, report)
}
