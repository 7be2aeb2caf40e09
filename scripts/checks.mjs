// Runs named checks. Each prints one line with its duration; a failed one prints its output. The counts are saved in a file.
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { root } from './run-command.mjs'

/** The folder for the counts and reports of a run. */
export const results = join(root, 'test-results')

/**
 * A check passes if `run` resolves with nothing or with status 0, and fails if it rejects or resolves with another status.
 * @typedef {{ name: string, run: () => Promise<void | import('./run-command.mjs').Outcome> }} Check
 */

/** @typedef {{ passed: number, failed: number }} Counts */

/** @typedef {Counts & { failedNames: readonly string[] }} CountsWithNames */

/**
 * Runs checks, a few at a time: by default a few more than there are processors, since some wait for a registry. Never rejects.
 * @param {readonly Check[]} checks
 * @param {number} [concurrency]
 * @returns {Promise<CountsWithNames>}
 */
export async function runChecks(checks, concurrency = availableParallelism() + 2) {
  /** @type {string[]} */
  const failedNames = []
  const waiting = checks.values()
  const work = async () => {
    for (const check of waiting) if (!(await runCheck(check))) failedNames.push(check.name)
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return { passed: checks.length - failedNames.length, failed: failedNames.length, failedNames }
}

/**
 * @param {Check} check
 * @returns {Promise<boolean>}
 */
async function runCheck({ name, run }) {
  const started = performance.now()
  const failure = await findFailure(run)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (failure === undefined) console.log(`ok      ${name} (${seconds} s)`)
  else console.log(`FAILED  ${name} (${seconds} s)\n${failure.trimEnd()}\n`)
  return failure === undefined
}

/**
 * @param {Check['run']} run
 * @returns {Promise<string | undefined>}
 */
async function findFailure(run) {
  try {
    const outcome = await run()
    return outcome && outcome.status !== 0 ? outcome.output || `exited with status ${outcome.status}` : undefined
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

/**
 * Saves the counts of a run for print-totals.mjs.
 * @param {string} name
 * @param {readonly Counts[]} counts
 * @returns {Counts} their sum
 */
export function saveCounts(name, counts) {
  const sum = {
    passed: counts.reduce((total, one) => total + one.passed, 0),
    failed: counts.reduce((total, one) => total + one.failed, 0),
  }
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, `${name}.counts.json`), `${JSON.stringify(sum)}\n`)
  return sum
}
