import { z } from 'zod'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { VerifierCaller } from '../../../identity/biometrics/verifier-client.ts'
import { enrolmentWrites } from '../../../identity/biometrics/enrolment.ts'
import {
  compareWithUser,
  type FaceRecognition,
  requireVerifier,
} from '../../../identity/biometrics/face-recognition.ts'
import { toVendorCollection, type FacePersonRow, findFacePerson } from '../../../identity/biometrics/face-people.ts'
import type { Evidence, VerifierOutcome, FaceTemplate } from '../../../identity/biometrics/verifier.ts'
import { findTrustedDevice, deviceTrustStillValid } from '../../../identity/devices/trusted-devices.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { Services } from '../../../platform/services.ts'
import type { Write } from '../../../kernel/storage/index.ts'
import { completeSession } from '../end-session.ts'
import type { FaceAttemptContext, FaceCheck, FaceEnrollable, StepOutcome } from './face-step-types.ts'
import type { SessionContext } from '../session-context.ts'
import { requirePin } from '../pin-step/require-pin.ts'
import { selectRetainedFaceData, retainFaceDataWrites } from '../session-claims.ts'
import type { SessionRow } from '../session.ts'
import { deleteSessionValueWrite, saveSessionJsonWrites, findSessionJson } from '../session-values.ts'

/**
 * Checks a face for enrolment. A user who already has a face must show the same one: otherwise a PIN alone would be enough to add a
 * stranger's face.
 */
export async function checkFaceForEnrolment(
  faces: FaceRecognition,
  verifierCaller: VerifierCaller,
  { tenant, community, userId }: SessionRow,
  evidence: Evidence,
  liveness: VerifierOutcome | undefined,
): Promise<FaceCheck> {
  if (userId === null) throw new BillfoldError('session.no-user')
  const owner = { tenant, community, userId }
  const comparison = await compareWithUser(faces, verifierCaller, owner, evidence)
  if (comparison.kind === 'compared' && comparison.outcome.decision !== 'pass')
    return { kind: 'rejected', outcome: comparison.outcome }
  // Use the templates loaded before the comparison. Re-reading could include a face enrolled concurrently that was never comparison.
  const { person } = comparison
  const collection = toVendorCollection(tenant, community)
  const { outcome, templates } = await requireVerifier(faces).enrol(verifierCaller, {
    evidence: [evidence],
    collection,
  })
  if (outcome.decision !== 'pass') return { kind: 'rejected', outcome }
  return { kind: 'enrollable', userId, person, templates, evidence, outcome, liveness }
}

/**
 * Enrols a checked face at once if the host has verified the user's identity or the device is trusted. Otherwise requires the user's
 * PIN first, and stores the sealed templates with the session until then.
 */
export async function applyEnrolment(
  sessionContext: SessionContext,
  actor: Actor,
  { session, input }: FaceAttemptContext,
  seen: FaceEnrollable,
): Promise<StepOutcome> {
  const { services } = sessionContext
  const { userId, outcome, templates, person } = seen
  const { reasons } = outcome
  const { device } = input
  const trusted = await findTrustedDevice(services, session.tenant, userId, device)
  const retained = selectRetainedFaceData(session, seen)
  const retainWrites = await retainFaceDataWrites(services, session, retained)
  const thumbprint = device?.thumbprint ?? null
  if ((session.identityVerified || trusted !== undefined) && input.withPin !== true) {
    const ending = completeSession(services, actor, session, { device: thumbprint })
    const enrolment = await enrolIfUnchanged(services, actor, session, templates, person)
    const preconditions = trusted === undefined ? [] : [deviceTrustStillValid(trusted)]
    return {
      result: {
        session: ending.session,
        status: 'success',
        message: 'The face was enrolled',
        reasons,
        retainedData: retained,
      },
      writes: [...ending.writes, ...preconditions, ...enrolment, ...retainWrites],
    }
  }
  const pending = { templates: templates.map(toJson), person: person?.id ?? null, version: person?.version ?? 0 }
  const message = 'Enrolling a face requires a PIN or a trusted device'
  return requirePin(sessionContext, actor, session, {
    userId,
    device: thumbprint,
    message: 'The face was accepted; enter the PIN to enrol it',
    reasons,
    writes: [...(await saveSessionJsonWrites(services, session, 'templates', pending)), ...retainWrites],
    withoutPin: { message, failure: 'no-second-factor' },
  })
}

/**
 * Builds the writes that enrol the templates stored until the PIN step. Returns none unless the session's purpose is `enroll`.
 * @throws BillfoldError `storage.conflict` if the user's face has changed since the face step
 */
export async function pendingEnrolmentWrites(
  services: Services,
  actor: Actor,
  session: SessionRow,
): Promise<readonly Write[]> {
  if (session.purpose !== 'enroll') return []
  const { templates, person, version } = pendingTemplatesSchema.parse(
    await findSessionJson(services, session, 'templates'),
  )
  const expected = person === null ? undefined : { id: person, version }
  return [
    ...(await enrolIfUnchanged(services, actor, session, templates.map(fromJson), expected)),
    deleteSessionValueWrite(session, 'templates'),
  ]
}

/** Requires that the user's templates are still the ones the face was comparison with. */
async function enrolIfUnchanged(
  services: Services,
  actor: Actor,
  { tenant, community, userId }: SessionRow,
  templates: readonly FaceTemplate[],
  expected: Pick<FacePersonRow, 'id' | 'version'> | undefined,
): Promise<readonly Write[]> {
  const owner = { tenant, community, userId: userId ?? '' }
  const person = await findFacePerson(services, owner)
  if (person?.id !== expected?.id || person?.version !== expected?.version) throw new BillfoldError('storage.conflict')
  return enrolmentWrites(services, actor, owner, person, templates)
}

const pendingTemplatesSchema = z.object({
  templates: z.array(z.object({ kind: z.enum(['inline', 'reference']), format: z.string(), value: z.string() })),
  person: z.string().nullable(),
  version: z.int(),
})

type PendingTemplate = z.output<typeof pendingTemplatesSchema>['templates'][number]

function toJson(template: FaceTemplate): PendingTemplate {
  const { kind, format } = template
  const value = kind === 'inline' ? Buffer.from(template.bytes).toString('base64') : template.reference
  return { kind, format, value }
}

function fromJson({ kind, format, value }: PendingTemplate): FaceTemplate {
  return kind === 'inline'
    ? { kind, format, bytes: Uint8Array.from(Buffer.from(value, 'base64')) }
    : { kind, format, reference: value }
}
