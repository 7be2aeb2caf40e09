import { type Act, auditRecords, identifiers, type Services, signingMethods, users } from '@billfold/core/modules'
import type { RiskSettings } from '../options.ts'
import { toEffects, toRecipients } from '../policies/act-effects.ts'
import type { RowOf } from '@billfold/core/storage'
import { riskActs } from '../tables.ts'
import { findOrigin } from './origin.ts'
import { compareOrigin } from './origin-signals.ts'
import { robustZScore } from './rate-risk.ts'
import type { Signals } from './signals.ts'

const hourMs = 60 * 60 * 1000
const dayMs = 24 * hourMs
/** Retention of the acts that others are compared with, in milliseconds. */
export const historyMs = 30 * dayMs
const maxRows = 1000

/** The type of the method that recovers an account. */
const recoveryMethod = 'EMERGENCY_CODE'

const failures = ['signing-method.verification-failed', 'payments.credential-rejected', 'session.pin-rejected']
const changes = ['signing-method.created', 'signing-method.replaced', 'payments.password-changed', 'payments.pin-set']

/** Who is assessed, and what for. */
export interface Subject {
  readonly tenant: string
  readonly userId: string
  readonly act?: Act | undefined
  /** The kind and amount of an act that is not there yet. */
  readonly kind?: string | undefined
  readonly amount?: { readonly asset: string; readonly amount: bigint } | undefined
}

/** Collects what Billfold itself knows about a user and an act. */
export async function collectSignals(
  services: Services,
  settings: Pick<RiskSettings, 'geo'>,
  subject: Subject,
): Promise<Signals> {
  const { tenant, userId, act } = subject
  const { storage } = services
  const now = services.now()
  const methods = await storage.find(signingMethods, { where: { ownerId: userId, tenant } })
  const [user] = await storage.find(users, { where: { id: userId, tenant }, limit: 1 })
  const contacts = await storage.find(identifiers, { where: { userId, tenant, kind: { in: ['email', 'phone'] } } })
  const records = await storage.find(auditRecords, {
    where: { tenant, subject: { in: [userId, ...methods.map(({ id }) => id)] }, at: { gt: now - dayMs } },
    limit: maxRows,
  })
  const acts = await storage.find(riskActs, {
    where: { userId, tenant, at: { gt: now - historyMs } },
    orderBy: [['at', 'desc']],
    limit: maxRows,
  })
  const failed = records.filter(({ action }) => failures.includes(action))
  const newest = Math.max(...methods.map(({ createdAt }) => createdAt))
  const effects = act && toEffects(act, undefined)
  const moved = subject.amount ?? effects?.known[0]
  return {
    act: act?.kind ?? subject.kind,
    failuresLastHour: failed.filter(({ at }) => at > now - hourMs).length,
    failuresLastDay: failed.length,
    locksLastDay: methods.filter(
      ({ lockedUntil, remainingAttempts }) => remainingAttempts === 0 || (lockedUntil ?? 0) > now - dayMs,
    ).length,
    actsLastHour: acts.filter(({ at }) => at > now - hourMs).length,
    methodChangedLastDay: records.some(
      ({ action, at }) => changes.includes(action) && at > (user?.createdAt ?? 0) + hourMs,
    ),
    ...(user !== undefined && { accountAgeDays: (now - user.createdAt) / dayMs }),
    ...(methods.length > 0 && { methodAgeDays: Math.max(0, now - newest) / dayMs }),
    ...(contacts.length > 0 && { contactsVerified: contacts.every(({ verifiedBy }) => verifiedBy !== null) }),
    knownDevice: act?.isKnownDevice,
    decodable: effects?.complete,
    amountZScore: moved && amountZScore(moved, acts),
    shareOfHour: shareOfHour(now, acts),
    recoveryUsedLastDay:
      act?.method?.type === recoveryMethod ||
      acts.some(({ method, at }) => method === recoveryMethod && at > now - dayMs),
    ...(act !== undefined && (await collectActSignals(services, settings, act, acts, now))),
  }
}

/** What only an act that is being decided can tell: its origin, its recipients, its face, and the balance before it. */
async function collectActSignals(
  services: Services,
  settings: Pick<RiskSettings, 'geo'>,
  act: Act,
  acts: readonly RowOf<typeof riskActs>[],
  now: number,
): Promise<Signals> {
  const origin = await findOrigin(services, settings, act.actor, toRecipients(act, toEffects(act, undefined)))
  return {
    ...(await compareOrigin(services, origin, acts, now)),
    shareOfBalance: await shareOfBalance(act),
    faceDistance: act.face?.distance,
    liveness: act.face?.liveness,
    virtualCamera: act.face?.isVirtualCamera,
  }
}

/** The share of what is available that a payment or withdrawal takes, 0 to 1. */
async function shareOfBalance({ money, findAvailable }: Act): Promise<number | undefined> {
  if (money === undefined || findAvailable === undefined) return undefined
  const available = await findAvailable()
  if (available <= money.amount) return 1
  return Number((money.amount * 10_000n) / available) / 10_000
}

function amountZScore(
  { asset, amount }: { readonly asset: string; readonly amount: bigint },
  acts: readonly { readonly asset: string | null; readonly amount: bigint }[],
): number | undefined {
  return robustZScore(
    Number(amount),
    acts.filter((one) => one.asset === asset).map((one) => Number(one.amount)),
  )
}

/** The share of the acts in this hour of the day (UTC) and the hours beside it; undefined for fewer than 10 acts. */
function shareOfHour(now: number, acts: readonly { readonly at: number }[]): number | undefined {
  if (acts.length < 10) return undefined
  const hour = new Date(now).getUTCHours()
  const near = acts.filter(({ at }) => [23, 0, 1].includes((new Date(at).getUTCHours() - hour + 24) % 24))
  return near.length / acts.length
}
