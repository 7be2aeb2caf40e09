import type { Actor } from '../audit/record.ts'
import { facePeople } from '../biometrics/face-tables.ts'
import { verifierOf } from '../biometrics/faces.ts'
import { findPerson } from '../biometrics/people.ts'
import { findTrusted, stillTrusted } from '../devices/trust.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { check, type Write } from '../storage/index.ts'
import { users } from '../users/table.ts'
import { fails, succeeds } from './end-session.ts'
import type { Attempted, SeenMatch, Settled } from './face-submission.ts'
import type { SessionSetup } from './setup.ts'
import { askForPin } from './pin-due.ts'
import { keptOf, keptWrites } from './scoped-data.ts'
import type { RiskDecision, RiskInput } from './risk.ts'
import type { SessionRow } from './session.ts'

/**
 * What follows a face that is the user's: the session succeeds, or the PIN is due, or the risk is too high. All that it rests on is
 * guarded: the session, the user, the user's templates, the trust in the device.
 */
export async function settleMatch(
  setup: SessionSetup,
  actor: Actor,
  attempted: Attempted,
  seen: SeenMatch,
): Promise<Settled> {
  const { services } = setup
  const { session, configuration, submission } = attempted
  const { userId, outcome } = seen
  const { reasons } = outcome
  const trusted = await findTrusted(services, session.tenant, userId, submission.device)
  const risk = await assessed(setup, riskOf(setup, attempted, seen, trusted !== undefined))
  if (risk === 'deny') {
    const ending = fails(services, actor, session, 'risk')
    const result = { session: ending.session, status: 'failure', message: 'The login was refused', reasons } as const
    return { result, writes: ending.writes }
  }
  const kept = keptOf(session, seen)
  const writes = [
    ...(await standsOn(services, seen, session)),
    ...(trusted === undefined ? [] : [stillTrusted(trusted)]),
    ...(await keptWrites(services, session, kept)),
  ]
  const device = submission.device?.thumbprint ?? null
  const pinDue =
    submission.withPin === true ||
    risk === 'step-up' ||
    configuration.pin === 'always' ||
    (configuration.pin === 'new-device' && trusted === undefined)
  if (pinDue) {
    const message = 'The face was recognised; enter the PIN'
    const otherwise = { message: 'A PIN is needed, and there is none', failure: 'no-pin' }
    return askForPin(setup, actor, session, { userId, device, message, reasons, writes, otherwise })
  }
  const ending = succeeds(services, actor, session, { userId, device })
  const message = 'The face was recognised'
  const result = { session: ending.session, status: 'success', message, reasons, kept } as const
  return { result, writes: [...ending.writes, ...writes] }
}

/**
 * The user is there still, and the face is known by the same templates.
 * @throws BillfoldError `storage.refused` where the templates have changed while the face was looked at
 */
async function standsOn(
  services: Services,
  { userId, person }: SeenMatch,
  { tenant, community }: SessionRow,
): Promise<readonly Write[]> {
  const now = await findPerson(services, { tenant, community, userId })
  if (now?.id !== person.id || now.version !== person.version) throw new BillfoldError('storage.refused')
  const [user] = await services.storage.find(users, { where: { id: userId, tenant, archivedAt: null }, limit: 1 })
  if (user === undefined) throw new BillfoldError('user.unknown')
  return [
    check(users, { where: { id: userId, tenant, archivedAt: null } }),
    check(facePeople, { where: { id: person.id, version: person.version } }),
  ]
}

function riskOf(
  { faces }: SessionSetup,
  { session, submission, attempt }: Attempted,
  { userId, outcome, liveness }: SeenMatch,
  trusted: boolean,
): RiskInput {
  const { tenant, community } = session
  const { device, cameraIndicator = {} } = submission
  return {
    tenant,
    community,
    userId,
    attempt: attempt.number,
    device: trusted ? 'trusted' : device === undefined ? 'unknown' : 'new',
    cameraIndicator,
    liveness,
    comparison: outcome,
    assurance: verifierOf(faces).capabilities.assurance,
  }
}

/** A host's assessment that throws is not one to let anybody in by. */
async function assessed({ assess, services }: SessionSetup, input: RiskInput): Promise<RiskDecision> {
  try {
    return await assess(input)
  } catch (error) {
    services.logger.error(
      { error: error instanceof Error ? error.message : typeof error },
      'the risk assessment failed',
    )
    return 'deny'
  }
}
