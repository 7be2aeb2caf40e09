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

/** Who has a face already must show the same one: otherwise a PIN alone would let another face in. */
export async function seenForEnrolment(
  faces: Faces,
  asker: Asker,
  { tenant, community, userId }: SessionRow,
  evidence: Evidence,
  liveness: Outcome | undefined,
): Promise<Seen> {
  if (userId === null) throw new BillfoldError('session.no-user')
  const owner = { tenant, community, userId }
  const compared = await compareWithUser(faces, asker, owner, evidence)
  if (compared.kind === 'compared' && compared.outcome.decision !== 'pass')
    return { kind: 'refused', outcome: compared.outcome }
  // As they were for the comparison: read again, a face that another enrolled meanwhile would pass for one that this was compared with.
  const { person } = compared
  const collection = collectionOf(tenant, community)
  const { outcome, templates } = await verifierOf(faces).enrol(asker, { evidence: [evidence], collection })
  if (outcome.decision !== 'pass') return { kind: 'refused', outcome }
  return { kind: 'to-enrol', userId, person, templates, evidence, outcome, liveness }
}

/**
 * A face is added by the host's word, or by a device that the user trusts, at once; by anybody else after the user's PIN. Until then
 * its templates wait, sealed, with the session.
 */
export async function settleEnrolment(
  setup: SessionSetup,
  actor: Actor,
  { session, submission }: Attempted,
  seen: SeenToEnrol,
): Promise<Settled> {
  const { services } = setup
  const { userId, outcome, templates, person } = seen
  const { reasons } = outcome
  const { device } = submission
  const trusted = await findTrusted(services, session.tenant, userId, device)
  const kept = keptOf(session, seen)
  const keeping = await keptWrites(services, session, kept)
  const thumbprint = device?.thumbprint ?? null
  if ((session.vouched || trusted !== undefined) && submission.withPin !== true) {
    const ending = succeeds(services, actor, session, { device: thumbprint })
    const enrolment = await enrolling(services, actor, session, templates, person)
    const rests = trusted === undefined ? [] : [stillTrusted(trusted)]
    return {
      result: { session: ending.session, status: 'success', message: 'The face was enrolled', reasons, kept },
      writes: [...ending.writes, ...rests, ...enrolment, ...keeping],
    }
  }
  const waiting = { templates: templates.map(toJson), person: person?.id ?? null, version: person?.version ?? 0 }
  const message = 'To enrol a face takes a PIN or a trusted device, and there is none'
  return askForPin(setup, actor, session, {
    userId,
    device: thumbprint,
    message: 'The face was taken; enter the PIN to enrol it',
    reasons,
    writes: [...(await keepJson(services, session, 'templates', waiting)), ...keeping],
    otherwise: { message, failure: 'no-second-factor' },
  })
}

/**
 * The writes that enrol what has waited for the PIN; none for a session that is no enrolment.
 * @throws BillfoldError `storage.refused` where the user's face has changed meanwhile
 */
export async function waitingEnrolment(
  services: Services,
  actor: Actor,
  session: SessionRow,
): Promise<readonly Write[]> {
  if (session.purpose !== 'enroll') return []
  const { templates, person, version } = waitingShape.parse(await readJson(services, session, 'templates'))
  const expected = person === null ? undefined : { id: person, version }
  return [
    ...(await enrolling(services, actor, session, templates.map(fromJson), expected)),
    dropValue(session, 'templates'),
  ]
}

/** The user's templates must be those that the face was compared with. */
async function enrolling(
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

const waitingShape = z.object({
  templates: z.array(z.object({ kind: z.enum(['inline', 'reference']), format: z.string(), value: z.string() })),
  person: z.string().nullable(),
  version: z.int(),
})

type WaitingTemplate = z.output<typeof waitingShape>['templates'][number]

function toJson(template: Template): WaitingTemplate {
  const { kind, format } = template
  const value = kind === 'inline' ? Buffer.from(template.bytes).toString('base64') : template.reference
  return { kind, format, value }
}

function fromJson({ kind, format, value }: WaitingTemplate): Template {
  return kind === 'inline'
    ? { kind, format, bytes: Uint8Array.from(Buffer.from(value, 'base64')) }
    : { kind, format, reference: value }
}
