// Sums the tests and checks of a run and prints the totals as its last line.
// usage: print-totals.mjs PASSED FAILED, the counts of the caller
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { results } from './checks.mjs'

let passed = Number(process.argv[2])
let failed = Number(process.argv[3])
for (const file of existsSync(results) ? readdirSync(results) : []) {
  if (!file.endsWith('.json')) continue
  const report = JSON.parse(readFileSync(join(results, file), 'utf8'))
  passed += report.passed ?? report.numPassedTests
  failed += report.failed ?? report.numFailedTests
}
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
