import type { ReliabilityReport } from '../payments/reliability.ts'
import type { Conformance } from './conformance.ts'
import { isSound } from './move-money.ts'

/** What a scenario has found. */
export interface Outcome {
  readonly lines: readonly string[]
  readonly isSound: boolean
}

/** A cluster, and what is done with it. */
export interface Scenario {
  readonly name: string
  readonly run: (payments: number) => Promise<Outcome>
}

/** Joins the findings of several parts. */
export function joinOutcomes(...outcomes: readonly Outcome[]): Outcome {
  return { lines: outcomes.flatMap(({ lines }) => lines), isSound: outcomes.every((outcome) => outcome.isSound) }
}

/** Describes a conformance run in one line, and its failures in one each. */
export function toConformanceOutcome(what: string, { passed, total, failures, retries }: Conformance): Outcome {
  const line = `${what}: ${passed} of ${total} conformance cases, ${retries.conflict} conflicts retried`
  return { lines: [line, ...failures.map((failure) => `failed: ${failure}`)], isSound: failures.length === 0 }
}

/** Describes a run with payments in one line. */
export function toMoneyOutcome(what: string, report: ReliabilityReport): Outcome {
  const { seconds, acknowledged, completed, missing, unacknowledged, disturbances, repeats, findings, cents } = report
  const line = `${what}: ${acknowledged} payments acknowledged in ${seconds.toFixed(0)} s through ${disturbances} failures, ${completed} completed, ${missing} missing, ${unacknowledged} without an acknowledgement, ${repeats} calls repeated, ${cents.users} of ${cents.received} cents, audit: ${findings.length} findings`
  return { lines: [line], isSound: isSound(report) }
}
