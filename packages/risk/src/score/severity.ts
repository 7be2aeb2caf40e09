/** A level of likelihood or impact (OWASP Risk Rating Methodology, "Determining the Severity of the Risk"). */
export type Level = 'LOW' | 'MEDIUM' | 'HIGH'

/** The severity of a risk; `NOTE` is the lowest. */
export type Severity = 'NOTE' | 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL'

const severities: readonly Severity[] = ['NOTE', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']

/** Severity by impact, then by likelihood ("Overall Risk Severity"). */
const matrix: Readonly<Record<Level, Readonly<Record<Level, Severity>>>> = {
  LOW: { LOW: 'NOTE', MEDIUM: 'LOW', HIGH: 'MEDIUM' },
  MEDIUM: { LOW: 'LOW', MEDIUM: 'MEDIUM', HIGH: 'HIGH' },
  HIGH: { LOW: 'MEDIUM', MEDIUM: 'HIGH', HIGH: 'CRITICAL' },
}

/** Returns the level of a mean of factors, from 0 to 9: below 3 low, below 6 medium, otherwise high. */
export function toLevel(mean: number): Level {
  return mean < 3 ? 'LOW' : mean < 6 ? 'MEDIUM' : 'HIGH'
}

/** Returns the severity for the means of likelihood and impact, each from 0 to 9. */
export function toSeverity(likelihood: number, impact: number): Severity {
  return matrix[toLevel(impact)][toLevel(likelihood)]
}

/** Returns the score for the means of likelihood and impact: 0 to 100, with two decimals. */
export function toScore(likelihood: number, impact: number): number {
  return Math.round(((likelihood * impact) / 81) * 10_000) / 100
}

/** Returns true if a severity is as high as another, or higher. */
export function atLeast(severity: Severity, least: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(least)
}
