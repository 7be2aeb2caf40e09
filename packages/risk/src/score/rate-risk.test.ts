import { describe, expect, test } from 'vitest'
import { type Factor, type FactorGroup, shippedFactors } from './factors.ts'
import { factorsVersion, mergeFactors, rateRisk, robustZScore } from './rate-risk.ts'
import { toSeverity } from './severity.ts'

const rated = (group: FactorGroup, ratings: readonly number[]): readonly Factor[] =>
  ratings.map((rating, index) => ({ name: `${group} ${index}`, group, weight: 1, signals: [], rate: () => rating }))

// OWASP Risk Rating Methodology: the tables of steps 2 to 4.
const likelihood = [...rated('threat-agent', [5, 2, 7, 1]), ...rated('vulnerability', [3, 6, 9, 2])]
const technical = rated('technical-impact', [9, 7, 5, 8])
const business = rated('business-impact', [1, 2, 1, 5])

describe('the worked example of the OWASP Risk Rating Methodology', () => {
  test('has the published means and levels, and is low: the impact on the business decides', () => {
    expect(rateRisk([...likelihood, ...technical, ...business], {})).toMatchObject({
      likelihood: 4.375,
      likelihoodLevel: 'MEDIUM',
      impact: 2.25,
      impactLevel: 'LOW',
      impactFrom: 'business',
      severity: 'LOW',
      score: 12.15,
      leftOut: 0,
    })
  })

  test('is high from a purely technical perspective', () => {
    expect(rateRisk([...likelihood, ...technical], {})).toMatchObject({
      impact: 7.25,
      impactLevel: 'HIGH',
      impactFrom: 'technical',
      severity: 'HIGH',
      score: 39.16,
    })
  })
})

test.each([
  [2.99, 2.99, 'NOTE'],
  [3, 2.99, 'LOW'],
  [6, 2.99, 'MEDIUM'],
  [2.99, 3, 'LOW'],
  [3, 5.99, 'MEDIUM'],
  [6, 5.99, 'HIGH'],
  [2.99, 6, 'MEDIUM'],
  [5.99, 6, 'HIGH'],
  [6, 6, 'CRITICAL'],
])('a likelihood of %d and an impact of %d are %s', (one, other, severity) => {
  expect(toSeverity(one, other)).toBe(severity)
})

describe('a factor', () => {
  test('without data says so and is left out of the mean, and the reply says how much was left out', () => {
    const missing: Factor = {
      name: 'missing',
      group: 'threat-agent',
      weight: 2,
      signals: ['liveness'],
      rate: () => undefined,
    }
    const result = rateRisk([...rated('threat-agent', [6, 6]), missing], {})
    expect(result).toMatchObject({ likelihood: 6, leftOut: 0.5 })
    expect(result.factors[2]).toEqual({ name: 'missing', group: 'threat-agent', weight: 2, value: null, evidence: {} })
  })

  test('counts by its weight, and names its evidence', () => {
    const own: Factor = { name: 'own', group: 'threat-agent', weight: 3, signals: ['virtualCamera'], rate: () => 8 }
    const result = rateRisk([...rated('threat-agent', [4]), own], { virtualCamera: true, liveness: 1 })
    expect(result).toMatchObject({ likelihood: 7 })
    expect(result.factors[1]?.evidence).toEqual({ virtualCamera: true })
  })

  test('of a host replaces one with its name, and another weight is another version', () => {
    const own: Factor = { name: 'velocity', group: 'threat-agent', weight: 9, signals: [], rate: () => 1 }
    const merged = mergeFactors(shippedFactors, [own])
    expect(merged).toHaveLength(shippedFactors.length)
    expect(merged.filter(({ name }) => name === 'velocity')).toEqual([own])
    expect(factorsVersion(merged)).not.toBe(factorsVersion(shippedFactors))
  })

  test('that rates outside of 0 to 9 is an error that names it', () => {
    const broken: Factor = { name: 'broken', group: 'threat-agent', weight: 1, signals: [], rate: () => 10 }
    expect(() => rateRisk([broken], {})).toThrow('broken')
  })

  test('of Billfold has a name of its own, reads signals that exist, and has no data without signals', () => {
    expect(new Set(shippedFactors.map(({ name }) => name)).size).toBe(shippedFactors.length)
    expect(rateRisk(shippedFactors, {})).toMatchObject({ score: 0, severity: 'NOTE', leftOut: 1 })
  })
})

test('a robust z-score needs 10 values, and does not follow outliers', () => {
  expect(robustZScore(100, [1, 2, 3])).toBeUndefined()
  const history = [10, 11, 9, 10, 12, 8, 10, 11, 9, 10_000]
  expect(robustZScore(10, history)).toBe(0)
  expect(robustZScore(100, history)).toBeGreaterThan(6)
  expect(
    robustZScore(
      11,
      Array.from({ length: 10 }, () => 10),
    ),
  ).toBe(9)
})
