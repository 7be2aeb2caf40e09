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
 * Applies a face match: completes the session, requires the PIN, or fails the session because of the risk. The commit requires that
 * the session, the user, the user's templates and the trusted device are unchanged.
 */
export async function settleMatch(
  sessionContext: SessionSetup,
  actor: Actor,
  context: Attempted,
  match: SeenMatch,
): Promise<Settled> {
  const { services } = sessionContext
  const { session, configuration, submission: input } = context
  const { userId, outcome } = match
  const { reasons } = outcome
  const trusted = await findTrusted(services, session.tenant, userId, input.device)
  const risk = await assessOrDeny(sessionContext, toRiskInput(sessionContext, context, match, trusted !== undefined))
  if (risk === 'deny') {
    const ending = fails(services, actor, session, 'risk')
    const result = { session: ending.session, status: 'failure', message: 'The login was denied', reasons } as const
    return { result, writes: ending.writes }
  }
  const retained = keptOf(session, match)
  const writes = [
    ...(await userAndFaceUnchanged(services, match, session)),
    ...(trusted === undefined ? [] : [stillTrusted(trusted)]),
    ...(await keptWrites(services, session, retained)),
  ]
  const device = input.device?.thumbprint ?? null
  const pinRequired =
    input.withPin === true ||
    risk === 'step-up' ||
    configuration.pin === 'always' ||
    (configuration.pin === 'new-device' && trusted === undefined)
  if (pinRequired) {
    const message = 'The face was recognised; enter the PIN'
    const withoutPin = { message: 'A PIN is required, but the user has none', failure: 'no-pin' }
    return askForPin(sessionContext, actor, session, {
      userId,
      device,
      message,
      reasons,
      writes,
      otherwise: withoutPin,
    })
  }
  const ending = succeeds(services, actor, session, { userId, device })
  const message = 'The face was recognised'
  const result = { session: ending.session, status: 'success', message, reasons, kept: retained } as const
  return { result, writes: [...ending.writes, ...writes] }
}

/**
 * Builds the preconditions that the user is active and the templates are those the face matched.
 * @throws BillfoldError `storage.conflict` if the templates changed during verification; `user.not-found`
 */
async function userAndFaceUnchanged(
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

function toRiskInput(
  { faces }: SessionSetup,
  { session, submission: input, attempt }: Attempted,
  { userId, outcome, liveness }: SeenMatch,
  trusted: boolean,
): RiskInput {
  const { tenant, community } = session
  const { device, cameraIndicator = {} } = input
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

/** Runs the host's assessment. One that throws counts as `deny`. */
async function assessOrDeny({ assess: assessRisk, services }: SessionSetup, input: RiskInput): Promise<RiskDecision> {
  try {
    return await assessRisk(input)
  } catch (error) {
    services.logger.error({ error: error instanceof Error ? error.message : typeof error }, 'risk assessment failed')
    return 'deny'
  }
}
