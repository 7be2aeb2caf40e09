import { type Actor, auditRecord } from '../audit/record.ts'
import { facePeople } from '../biometrics/face-tables.ts'
import { verifierOf } from '../biometrics/faces.ts'
import { hasMethods } from '../credentials/methods.ts'
import { findTrusted, stillTrusted } from '../devices/trust.ts'
import { check, type Write } from '../storage/index.ts'
import { users } from '../users/table.ts'
import { fails, succeeds } from './end-session.ts'
import type { Attempted, SeenMatch, Settled } from './face-submission.ts'
import type { SessionGround } from './ground.ts'
import type { RiskDecision, RiskInput } from './risk.ts'
import { resultWrites } from './result.ts'
import { sessionMoves } from './session.ts'

/**
 * What follows a face that is the user's: the session succeeds, or the PIN is due, or the risk is too high. All that it rests on is
 * guarded: the session, the user, the user's templates, the trust in the device.
 */
export async function settleMatch(
  ground: SessionGround,
  actor: Actor,
  attempted: Attempted,
  seen: SeenMatch,
): Promise<Settled> {
  const { services, faces } = ground
  const { session, configuration, submission, attempt } = attempted
  const { tenant, community } = session
  const { userId, person, outcome, liveness } = seen
  const { cameraIndicator = {}, device } = submission
  const trusted = await findTrusted(services, tenant, userId, device)
  const risk = await assessed(ground, {
    ...{ tenant, community, userId, cameraIndicator, liveness },
    attempt: attempt.number,
    device: trusted !== undefined ? 'trusted' : device === undefined ? 'unknown' : 'new',
    comparison: outcome,
    assurance: verifierOf(faces).capabilities.assurance,
  })
  const reasons = outcome.reasons
  if (risk === 'deny') {
    const ending = await fails(services, actor, session, 'risk')
    return {
      result: { session: ending.session, status: 'failure', message: 'The login was refused', reasons },
      writes: ending.writes,
    }
  }
  const rests: readonly Write[] = [
    check(users, { where: { id: userId, tenant, archivedAt: null } }),
    check(facePeople, { where: { id: person.id, version: person.version } }),
    ...(trusted === undefined ? [] : [stillTrusted(trusted)]),
  ]
  const pinDue =
    submission.withPin === true ||
    risk === 'step-up' ||
    configuration.pin === 'always' ||
    (configuration.pin === 'new-device' && trusted === undefined)
  const set = { userId, device: device?.thumbprint ?? null }
  const kept = await resultWrites(services, session, seen)
  if (!pinDue) {
    const ending = await succeeds(services, actor, session, set)
    const result = { session: ending.session, status: 'success', message: 'The face was recognised', reasons } as const
    return { result, writes: [...ending.writes, ...rests, ...kept] }
  }
  if (!(await hasMethods(services, { tenant, ownerId: userId, ownerKind: 'user' }))) {
    const ending = await fails(services, actor, session, 'no-pin')
    const message = 'A PIN is needed, and there is none'
    return { result: { session: ending.session, status: 'failure', message, reasons }, writes: ending.writes }
  }
  const now = services.now()
  const moved = { ...set, state: 'face_verified' } as const
  return {
    result: {
      session: { ...session, ...moved, version: session.version + 1 },
      status: 'pin',
      message: 'The face was recognised; enter the PIN',
      reasons,
    },
    writes: [
      sessionMoves(session, now, moved),
      ...rests,
      ...kept,
      auditRecord(actor, 'session.face-verified', session.id, now, { user: userId }),
    ],
  }
}

/** A host's assessment that throws is not one to let anybody in by. */
async function assessed({ assess, services }: SessionGround, input: RiskInput): Promise<RiskDecision> {
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
