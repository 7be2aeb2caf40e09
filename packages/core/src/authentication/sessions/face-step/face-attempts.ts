import type { IdentityServices } from '../../../identity/services.ts'
import type { VerifierOutcome } from '../../../identity/biometrics/verifier.ts'
import { type EncryptionContext, open, seal } from '../../../kernel/crypto/index.ts'
import { newId } from '../../../kernel/ids.ts'
import { sealedColumn } from '../../../kernel/storage/sealed-column.ts'
import {
  batch,
  insert,
  remove,
  type RowOf,
  type Storage,
  update,
  type Write,
  deleteInBatches,
  type ReportRows,
} from '../../../kernel/storage/index.ts'
import type { SessionRow } from '../session.ts'
import { authenticationSessions, faceAttempts } from '../tables.ts'

/** Unverified information about an attempt, reported by the camera and the device. */
export interface FaceAttemptInputs {
  readonly cameraIndicator: Readonly<Record<string, unknown>>
  readonly deviceId: string | undefined
}

/** Retention of attempts: 90 days. */
const retentionMs = 90 * 24 * 60 * 60 * 1000

/** A counted face attempt. */
export interface FaceAttempt {
  readonly id: string
  /** 1 for the first attempt of the session. */
  readonly number: number
}

/** Builds the write that records an attempt, with its inputs sealed and without an outcome. */
export async function prepareFaceAttempt(
  services: IdentityServices,
  { tenant, id: sessionId, userId }: Pick<SessionRow, 'tenant' | 'id' | 'userId'>,
  inputs: FaceAttemptInputs,
): Promise<{ readonly id: string; readonly write: Write }> {
  const id = newId()
  const plain = new TextEncoder().encode(JSON.stringify(inputs))
  const sealedInputs = await seal(services.keyring, plain, inputsContext(tenant, id))
  const noOutcome = { decision: null, reasons: null, model: null }
  return {
    id,
    write: insert(faceAttempts, { id, tenant, sessionId, userId, at: services.now(), ...noOutcome, sealedInputs }),
  }
}

/** Opens what camera and device reported with an attempt. @throws BillfoldError `sealed.invalid` */
export async function openFaceAttempt(
  services: Pick<IdentityServices, 'keyring'>,
  { tenant, id, sealedInputs }: Pick<RowOf<typeof faceAttempts>, 'tenant' | 'id' | 'sealedInputs'>,
): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await open(services.keyring, sealedInputs, inputsContext(tenant, id))))
}

/**
 * Builds the write that records the verifier's decision on an attempt.
 * @param userId the user whom the face has matched or is enrolled for, so that an erasure finds the attempt
 */
export function recordOutcomeWrite(attempt: FaceAttempt, outcome: VerifierOutcome, userId: string | undefined): Write {
  const model = `${outcome.model.name} ${outcome.model.version}`
  return update(faceAttempts, {
    where: { id: attempt.id },
    set: {
      decision: outcome.decision,
      reasons: outcome.reasons.join(' '),
      model,
      ...(userId !== undefined && { userId }),
    },
    expectedRows: 'any',
  })
}

/** Refunds an attempt that was not verified, so that neither an outage nor a rate limit can exhaust a session. */
export async function refundFaceAttempt(
  services: IdentityServices,
  session: SessionRow,
  attempt: FaceAttempt,
): Promise<void> {
  await services.storage.commit(
    batch(
      update(authenticationSessions, {
        where: { id: session.id, state: 'started', faceAttempts: { gt: 0 } },
        add: { faceAttempts: -1 },
        expectedRows: 'any',
      }),
      remove(faceAttempts, { where: { id: attempt.id }, expectedRows: 'any' }),
    ),
  )
}

/** Deletes attempts older than 90 days. */
export async function purgeOldFaceAttempts(storage: Storage, now: number, report?: ReportRows): Promise<void> {
  await deleteInBatches(storage, faceAttempts, { at: { lt: now - retentionMs } }, report)
}

function inputsContext(tenant: string, row: string): EncryptionContext {
  return { tenant, table: faceAttempts.name, row, field: 'inputs' }
}

/** The sealed column of face attempts, for re-encryption. */
export const sealedFaceAttempts = sealedColumn(faceAttempts, 'sealedInputs', ({ tenant, id }) =>
  inputsContext(tenant, id),
)
