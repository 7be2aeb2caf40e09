// A list of named checks: each prints one line with its time, a failed one its output, and the counts are kept in a file.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run-command.mjs'

/** Where a run leaves its counts and reports. */
export const results = join(root, 'test-results')

/**
 * One check: it gives nothing when it passes, and throws, or gives an outcome whose status is not 0, when it fails.
 * @typedef {{ name: string, run: () => Promise<void | import('./run-command.mjs').Outcome> }} Check
 */

/** @typedef {{ passed: number, failed: number }} Counts */

/**
 * Runs checks side by side. Never rejects.
 * @param {readonly Check[]} checks
 * @returns {Promise<Counts>}
 */
export async function runChecks(checks) {
  const passed = await Promise.all(checks.map(runCheck))
  return { passed: passed.filter(Boolean).length, failed: passed.filter((one) => !one).length }
}

/**
 * @param {Check} check
 * @returns {Promise<boolean>}
 */
async function runCheck({ name, run }) {
  const started = performance.now()
  const fault = await faultOf(run)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (fault === undefined) console.log(`ok      ${name} (${seconds} s)`)
  else console.log(`FAILED  ${name} (${seconds} s)\n${fault.trimEnd()}\n`)
  return fault === undefined
}

/**
 * @param {Check['run']} run
 * @returns {Promise<string | undefined>}
 */
async function faultOf(run) {
  try {
    const outcome = await run()
    return outcome && outcome.status !== 0 ? outcome.output || `ended with ${outcome.status}` : undefined
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

/**
 * Keeps the counts of a run for whoever adds them up.
 * @param {string} name
 * @param {readonly Counts[]} counts
 * @returns {Counts} their sum
 */
export function keepCounts(name, counts) {
  const sum = {
    passed: counts.reduce((total, one) => total + one.passed, 0),
    failed: counts.reduce((total, one) => total + one.failed, 0),
  }
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, `${name}.counts.json`), `${JSON.stringify(sum)}\n`)
  return sum
}
