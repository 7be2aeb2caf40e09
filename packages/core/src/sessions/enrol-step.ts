import { z } from 'zod'
import type { Actor } from '../audit/record.ts'
import type { Asker } from '../biometrics/checked-verifier.ts'
import { enrolmentWrites } from '../biometrics/enrol.ts'
import { compareWithUser, type Faces, verifierOf } from '../biometrics/faces.ts'
import { collectionOf, type FacePerson, findPerson } from '../biometrics/people.ts'
import type { Evidence, Outcome, Template } from '../biometrics/verifier.ts'
import { findTrusted, stillTrusted } from '../devices/trust.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Write } from '../storage/index.ts'
import { succeeds } from './end-session.ts'
import type { Attempted, Seen, SeenToEnrol, Settled } from './face-submission.ts'
import type { SessionSetup } from './setup.ts'
import { askForPin } from './pin-due.ts'
import { keptOf, keptWrites } from './scoped-data.ts'
import type { SessionRow } from './session.ts'
import { dropValue, keepJson, readJson } from './session-values.ts'

/**
 * Checks a face for enrolment. A user who already has a face must show the same one: otherwise a PIN alone would be enough to add a
 * stranger's face.
 */
export async function seenForEnrolment(
  faces: Faces,
  verifierCaller: Asker,
  { tenant, community, userId }: SessionRow,
  evidence: Evidence,
  liveness: Outcome | undefined,
): Promise<Seen> {
  if (userId === null) throw new BillfoldError('session.no-user')
  const owner = { tenant, community, userId }
  const comparison = await compareWithUser(faces, verifierCaller, owner, evidence)
  if (comparison.kind === 'compared' && comparison.outcome.decision !== 'pass')
    return { kind: 'rejected', outcome: comparison.outcome }
  // Use the templates loaded before the comparison. Re-reading could include a face enrolled concurrently that was never comparison.
  const { person } = comparison
  const collection = collectionOf(tenant, community)
  const { outcome, templates } = await verifierOf(faces).enrol(verifierCaller, { evidence: [evidence], collection })
  if (outcome.decision !== 'pass') return { kind: 'rejected', outcome }
  return { kind: 'enrollable', userId, person, templates, evidence, outcome, liveness }
}

/**
 * Enrols a checked face at once if the host has verified the user's identity or the device is trusted. Otherwise requires the user's
 * PIN first, and stores the sealed templates with the session until then.
 */
export async function settleEnrolment(
  sessionContext: SessionSetup,
  actor: Actor,
  { session, submission: input }: Attempted,
  seen: SeenToEnrol,
): Promise<Settled> {
  const { services } = sessionContext
  const { userId, outcome, templates, person } = seen
  const { reasons } = outcome
  const { device } = input
  const trusted = await findTrusted(services, session.tenant, userId, device)
  const retained = keptOf(session, seen)
  const retainWrites = await keptWrites(services, session, retained)
  const thumbprint = device?.thumbprint ?? null
  if ((session.vouched || trusted !== undefined) && input.withPin !== true) {
    const ending = succeeds(services, actor, session, { device: thumbprint })
    const enrolment = await enrolIfUnchanged(services, actor, session, templates, person)
    const preconditions = trusted === undefined ? [] : [stillTrusted(trusted)]
    return {
      result: { session: ending.session, status: 'success', message: 'The face was enrolled', reasons, kept: retained },
      writes: [...ending.writes, ...preconditions, ...enrolment, ...retainWrites],
    }
  }
  const pending = { templates: templates.map(toJson), person: person?.id ?? null, version: person?.version ?? 0 }
  const message = 'Enrolling a face requires a PIN or a trusted device'
  return askForPin(sessionContext, actor, session, {
    userId,
    device: thumbprint,
    message: 'The face was accepted; enter the PIN to enrol it',
    reasons,
    writes: [...(await keepJson(services, session, 'templates', pending)), ...retainWrites],
    otherwise: { message, failure: 'no-second-factor' },
  })
}

/**
 * Builds the writes that enrol the templates stored until the PIN step. Returns none unless the session's purpose is `enroll`.
 * @throws BillfoldError `storage.conflict` if the user's face has changed since the face step
 */
export async function waitingEnrolment(
  services: Services,
  actor: Actor,
  session: SessionRow,
): Promise<readonly Write[]> {
  if (session.purpose !== 'enroll') return []
  const { templates, person, version } = pendingTemplatesSchema.parse(await readJson(services, session, 'templates'))
  const expected = person === null ? undefined : { id: person, version }
  return [
    ...(await enrolIfUnchanged(services, actor, session, templates.map(fromJson), expected)),
    dropValue(session, 'templates'),
  ]
}

/** Requires that the user's templates are still the ones the face was comparison with. */
async function enrolIfUnchanged(
  services: Services,
  actor: Actor,
  { tenant, community, userId }: SessionRow,
  templates: readonly Template[],
  expected: Pick<FacePerson, 'id' | 'version'> | undefined,
): Promise<readonly Write[]> {
  const owner = { tenant, community, userId: userId ?? '' }
  const person = await findPerson(services, owner)
  if (person?.id !== expected?.id || person?.version !== expected?.version) throw new BillfoldError('storage.refused')
  return enrolmentWrites(services, actor, owner, person, templates)
}

const pendingTemplatesSchema = z.object({
  templates: z.array(z.object({ kind: z.enum(['inline', 'reference']), format: z.string(), value: z.string() })),
  person: z.string().nullable(),
  version: z.int(),
})

type PendingTemplate = z.output<typeof pendingTemplatesSchema>['templates'][number]

function toJson(template: Template): PendingTemplate {
  const { kind, format } = template
  const value = kind === 'inline' ? Buffer.from(template.bytes).toString('base64') : template.reference
  return { kind, format, value }
}

function fromJson({ kind, format, value }: PendingTemplate): Template {
  return kind === 'inline'
    ? { kind, format, bytes: Uint8Array.from(Buffer.from(value, 'base64')) }
    : { kind, format, reference: value }
}
