import { hashParts } from '../policies/limits.ts'
import type { Factor, FactorGroup } from './factors.ts'
import { type Level, type Severity, toLevel, toScore, toSeverity } from './severity.ts'
import type { Signals } from './signals.ts'

/** A factor in an assessment. */
export interface RatedFactor {
  readonly name: string
  readonly group: FactorGroup
  readonly weight: number
  /** From 0 to 9; null without data. */
  readonly value: number | null
  /** The signals that it was rated by. */
  readonly evidence: Readonly<Record<string, unknown>>
}

/** A rated risk, which anybody can take apart. */
export interface RatedRisk {
  /** 0 to 100, with two decimals. */
  readonly score: number
  readonly severity: Severity
  /** 0 to 9. */
  readonly likelihood: number
  readonly likelihoodLevel: Level
  readonly impact: number
  readonly impactLevel: Level
  /** Which factors the impact is the mean of. */
  readonly impactFrom: 'business' | 'technical' | 'none'
  readonly factors: readonly RatedFactor[]
  /** The share of the weights that had no data and was left out, 0 to 1. */
  readonly leftOut: number
}

/**
 * Rates a risk by the OWASP Risk Rating Methodology: the likelihood is the mean of the factors of threat agent and vulnerability.
 * The impact is that on the business, or the technical one if nothing is known about the business. Factors without data are left out.
 */
export function rateRisk(factors: readonly Factor[], signals: Signals): RatedRisk {
  const rated = factors.map((factor) => rate(factor, signals))
  const likelihood = mean(rated, ['threat-agent', 'vulnerability']) ?? 0
  const business = mean(rated, ['business-impact'])
  const technical = mean(rated, ['technical-impact'])
  const impact = business ?? technical ?? 0
  const total = rated.reduce((sum, { weight }) => sum + weight, 0)
  const missing = rated.reduce((sum, { weight, value }) => (value === null ? sum + weight : sum), 0)
  return {
    score: toScore(likelihood, impact),
    severity: toSeverity(likelihood, impact),
    likelihood,
    likelihoodLevel: toLevel(likelihood),
    impact,
    impactLevel: toLevel(impact),
    impactFrom: business === undefined ? (technical === undefined ? 'none' : 'technical') : 'business',
    factors: rated,
    leftOut: total === 0 ? 0 : Math.round((missing / total) * 100) / 100,
  }
}

function rate({ name, group, weight, signals: read, rate: rateFactor }: Factor, signals: Signals): RatedFactor {
  const value = rateFactor(signals)
  if (value !== undefined && !(value >= 0 && value <= 9))
    throw new RangeError(`the factor ${name} rated ${value}, which is not from 0 to 9`)
  const evidence = Object.fromEntries(read.flatMap((key) => (signals[key] === undefined ? [] : [[key, signals[key]]])))
  return { name, group, weight, value: value ?? null, evidence }
}

function mean(rated: readonly RatedFactor[], groups: readonly FactorGroup[]): number | undefined {
  const counted = rated.filter(({ group, value }) => groups.includes(group) && value !== null)
  const weight = counted.reduce((sum, factor) => sum + factor.weight, 0)
  if (weight === 0) return undefined
  return counted.reduce((sum, factor) => sum + factor.weight * (factor.value ?? 0), 0) / weight
}

/** The version of a list of factors: another list, weight or version of a function is another version. */
export function factorsVersion(factors: readonly Factor[]): string {
  return hashParts(factors.map(({ name, group, weight, version = '1' }) => `${name} ${group} ${weight} ${version}`))
}

/** Adds a host's factors to those of Billfold; one with the name of another replaces it. */
export function mergeFactors(shipped: readonly Factor[], own: readonly Factor[] = []): readonly Factor[] {
  const names = new Set(own.map(({ name }) => name))
  return [...shipped.filter(({ name }) => !names.has(name)), ...own]
}

/**
 * How far a value is from the median, in robust standard deviations (the median absolute deviation times 1.4826). Undefined for
 * fewer than 10 values.
 */
export function robustZScore(value: number, history: readonly number[]): number | undefined {
  if (history.length < 10) return undefined
  const middle = median(history)
  const deviation = median(history.map((one) => Math.abs(one - middle))) * 1.4826
  if (deviation > 0) return (value - middle) / deviation
  // All amounts alike: any other is as unusual as it gets.
  return value === middle ? 0 : Math.sign(value - middle) * 9
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const half = Math.floor(sorted.length / 2)
  const [low = 0, high = 0] = sorted.length % 2 === 1 ? [sorted[half], sorted[half]] : [sorted[half - 1], sorted[half]]
  return (low + high) / 2
}
