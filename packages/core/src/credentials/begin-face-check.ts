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

/** A face check that was begun. */
export interface BegunFaceCheck {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** What the verifier wants the client to do, where a live person is asked for. */
  readonly liveness?: Readonly<Record<string, unknown>>
}

/** How long a face check may take until the face is shown, in milliseconds: five minutes. */
const beginLife = 5 * 60 * 1000

/** Which of a user's methods. */
export interface MethodOfUser {
  readonly userId: string
  readonly methodId: string
}

/**
 * Begins a face check for a signing method that takes a face: one face can be shown for it.
 * @throws BillfoldError `signing-method.no-verifier`, `signing-method.unknown`, `signing-method.no-face`,
 *   `verifier.unavailable`, `server.busy`
 */
export async function beginFaceCheck(
  setup: FaceMethodSetup,
  actor: Actor,
  chosen: MethodOfUser,
): Promise<BegunFaceCheck> {
  const { services } = setup
  const { verifier } = verifierIn(setup)
  const { tenant } = actor
  const method = await faceMethod(setup, tenant, chosen)
  if (!isLiveEnough(setup, verifier.capabilities))
    throw new BillfoldError('verifier.unavailable', { cause: new Error('it cannot tell live people so surely') })
  const asker = { tenant, source: actor.source }
  const started = setup.liveness === 'none' ? undefined : await verifier.startLiveness(asker)
  const id = newId()
  const expiresAt = Math.min(services.now() + beginLife, started?.expiresAt ?? Number.POSITIVE_INFINITY)
  const row = { id, tenant, ownerId: method.ownerId, methodId: method.id, methodVersion: method.version, expiresAt }
  const sealedLiveness =
    started === undefined
      ? null
      : await seal(services.keyring, new TextEncoder().encode(started.state), livenessPlace(row))
  await services.storage.commit(batch(insert(faceChecks, { ...row, sealedLiveness, sealedRequest: null })))
  return { id, expiresAt, ...(started !== undefined && { liveness: started.client }) }
}

/** A method of a user that takes a face. @throws BillfoldError `signing-method.unknown`, `signing-method.no-face` */
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

/** Removes face checks that have expired. */
export async function forgetFaceChecks(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(faceChecks, { where: { expiresAt: { lte: now } }, hits: 'any' })))
}
