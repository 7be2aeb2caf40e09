import { newId } from '@billfold/core'
import { type EncryptionContext, open, seal } from '@billfold/core/crypto'
import { type Actor, sealedColumn, type Services } from '@billfold/core/modules'
import { batch, insert, type RowOf } from '@billfold/core/storage'
import { z } from 'zod'
import { riskError } from '../declarations.ts'
import type { RiskSettings } from '../options.ts'
import { riskAssessments } from '../tables.ts'
import { collectSignals } from './collect-signals.ts'
import type { Factor } from './factors.ts'
import { factorsVersion, type RatedRisk, rateRisk } from './rate-risk.ts'
import type { Severity } from './severity.ts'
import { type Signals, signalsSchema } from './signals.ts'

type AssessmentRow = RowOf<typeof riskAssessments>

const level = z.enum(['LOW', 'MEDIUM', 'HIGH'])
const factorSchema = z.object({
  name: z.string(),
  group: z.enum(['threat-agent', 'vulnerability', 'technical-impact', 'business-impact']),
  weight: z.number(),
  value: z.number().nullable(),
  evidence: z.record(z.string(), z.unknown()),
})
const detailSchema = z.object({
  signals: signalsSchema,
  rated: z.object({
    likelihood: z.number(),
    likelihoodLevel: level,
    impact: z.number(),
    impactLevel: level,
    impactFrom: z.enum(['business', 'technical', 'none']),
    factors: z.array(factorSchema),
    leftOut: z.number(),
  }),
})

/** Retention of assessments, in milliseconds. */
export const assessmentRetentionMs = 90 * 24 * 60 * 60 * 1000

/** An assessment without its factors. */
export interface AssessmentLine {
  readonly id: string
  readonly userId: string
  /** The kind of act; null for the user as such. */
  readonly act: string | null
  readonly score: number
  readonly severity: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** An assessment with everything that it was computed from. */
export interface Assessment extends AssessmentLine, Omit<RatedRisk, 'severity' | 'score'> {
  readonly signals: Signals
  readonly factorsVersion: string
}

/** What to assess. */
export interface AssessmentInput {
  readonly userId: string
  readonly act?: string | undefined
  readonly amount?: { readonly asset: string; readonly amount: bigint } | undefined
  /** Replace what Billfold has collected. */
  readonly signals?: Signals | undefined
}

const detailContext = ({ tenant, id }: Pick<AssessmentRow, 'tenant' | 'id'>): EncryptionContext => ({
  tenant,
  table: riskAssessments.name,
  row: id,
  field: 'detail',
})

/** How the column is re-encrypted under a new key. */
export const sealedDetails = sealedColumn(riskAssessments, 'sealedDetail', detailContext)

/** Assesses a user, or an act of a user, and stores the assessment. @throws BillfoldError `input.invalid` for unknown signals */
export async function assess(
  services: Services,
  settings: Pick<RiskSettings, 'factors' | 'geo'>,
  { tenant }: Actor,
  input: AssessmentInput,
): Promise<Assessment> {
  const { userId, act: kind, amount } = input
  const { factors } = settings
  const collected = await collectSignals(services, settings, { tenant, userId, kind, amount })
  const signals = signalsSchema.parse({ ...collected, ...input.signals })
  const { score, severity, ...rated } = rateRisk(factors, signals)
  const [id, at, version] = [newId(), services.now(), factorsVersion(factors)]
  const detail = new TextEncoder().encode(JSON.stringify({ signals, rated }))
  const sealedDetail = await seal(services.keyring, detail, detailContext({ tenant, id }))
  const line = { id, tenant, userId, kind: kind ?? null, severity, at }
  const row = { ...line, factorsVersion: version, score: Math.round(score * 100), sealedDetail }
  await services.storage.commit(batch(insert(riskAssessments, row)))
  return { ...toLine(row), ...rated, signals, factorsVersion: version }
}

function toLine({ id, userId, kind, score, severity, at }: AssessmentRow): AssessmentLine {
  return { id, userId, act: kind, score: score / 100, severity, at }
}

/** Lists the assessments of a user, newest first. */
export async function listAssessments(
  { storage }: Services,
  tenant: string,
  userId: string,
  { limit = 50, after }: { readonly limit?: number | undefined; readonly after?: string | undefined } = {},
): Promise<readonly AssessmentLine[]> {
  const where = { userId, tenant, ...(after !== undefined && { id: { lt: after } }) }
  return (await storage.find(riskAssessments, { where, orderBy: [['id', 'desc']], limit })).map(toLine)
}

/** Returns an assessment with its factors. @throws BillfoldError `assessment.not-found` */
export async function getAssessment(services: Services, tenant: string, id: string): Promise<Assessment> {
  const [row] = await services.storage.find(riskAssessments, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw riskError('assessment.not-found')
  const { signals, rated } = await openDetail(services, row)
  return { ...toLine(row), ...rated, signals, factorsVersion: row.factorsVersion }
}

/** Opens what an assessment was computed from. */
export async function openDetail(
  { keyring }: Services,
  row: AssessmentRow,
): Promise<{ readonly signals: Signals; readonly rated: Omit<RatedRisk, 'score' | 'severity'> }> {
  const text = new TextDecoder().decode(await open(keyring, row.sealedDetail, detailContext(row)))
  return detailSchema.parse(JSON.parse(text))
}

/** The result of computing an assessment again. */
export interface Replay {
  /** False if the factors have changed since: then another result is no fault. */
  readonly sameFactors: boolean
  readonly score: number
  readonly severity: Severity
  readonly matches: boolean
}

/** Computes an assessment again from its signals. @throws BillfoldError `assessment.not-found` */
export async function replayAssessment(
  services: Services,
  factors: readonly Factor[],
  tenant: string,
  id: string,
): Promise<Replay> {
  const stored = await getAssessment(services, tenant, id)
  const { score, severity } = rateRisk(factors, stored.signals)
  const sameFactors = stored.factorsVersion === factorsVersion(factors)
  return { sameFactors, score, severity, matches: score === stored.score && severity === stored.severity }
}

/** Counts of the assessments of a time. */
export interface RiskReport {
  readonly assessments: number
  readonly bySeverity: Readonly<Record<string, number>>
  readonly byAct: Readonly<Record<string, number>>
  /** How often each factor was 6 or more. */
  readonly byFactor: Readonly<Record<string, number>>
  /** The ten users with the highest scores. */
  readonly highest: readonly { readonly userId: string; readonly score: number }[]
}

const maxReported = 10_000

/** Reports on the assessments of a time, at most 10,000. @param range epoch milliseconds; `to` is not part of it */
export async function reportRisk(
  services: Services,
  tenant: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<RiskReport> {
  const where = { tenant, at: { gte: from, lt: to } }
  const rows = await services.storage.find(riskAssessments, { where, orderBy: [['at', 'desc']], limit: maxReported })
  const details = await Promise.all(rows.map((row) => openDetail(services, row)))
  const high = details.flatMap(({ rated }) =>
    rated.factors.filter(({ value }) => (value ?? 0) >= 6).map(({ name }) => name),
  )
  const scores = new Map<string, number>()
  for (const { userId, score } of rows) scores.set(userId, Math.max(score, scores.get(userId) ?? 0))
  return {
    assessments: rows.length,
    bySeverity: countBy(rows.map(({ severity }) => severity)),
    byAct: countBy(rows.map(({ kind }) => kind ?? 'none')),
    byFactor: countBy(high),
    highest: [...scores]
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, 10)
      .map(([userId, score]) => ({ userId, score: score / 100 })),
  }
}

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries(counts)
}
