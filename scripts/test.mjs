// Everything that must hold before a change is done, after `bootstrap.mjs` has installed and built.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { saveCounts, results, runChecks } from './checks.mjs'
import { root, runProgram } from './run-command.mjs'

const started = performance.now()
const databasesFile = join(results, 'databases.txt')

/**
 * @param {string} script
 * @param {readonly string[]} args
 */
function node(script, ...args) {
  return () => runProgram(process.execPath, [join(root, script), ...args])
}

/** The suites write into a file which databases they opened, so that the last line says what was used. */
async function suites() {
  const { CI, ...rest } = process.env
  const env = { ...rest, ...(CI !== undefined && { CI }), BILLFOLD_DATABASES_USED: databasesFile }
  const report = `--outputFile.json=${join(results, 'vitest.json')}`
  const args = ['run', '--reporter=default', '--reporter=json', report]
  return await runProgram(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
    env,
    show: true,
  })
}

function databasesUsed() {
  if (!existsSync(databasesFile)) return []
  return [...new Set(readFileSync(databasesFile, 'utf8').trimEnd().split('\n'))].sort()
}

/** The suites that did not run something, and how much: for want of a browser, say. Nothing is left out silently. */
function leftOut() {
  const report = join(results, 'vitest.json')
  if (!existsSync(report)) return []
  /** @type {{ testResults: { name: string, assertionResults: { status: string }[] }[] }} */
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  return testResults.flatMap(({ name, assertionResults }) => {
    const count = assertionResults.filter(({ status }) => status !== 'passed' && status !== 'failed').length
    return count === 0 ? [] : [`${relative(root, name)}: ${count} tests did not run`]
  })
}

/** A run that claims to be complete must have met both servers. */
async function allDatabases() {
  const used = databasesUsed()
  const missing = [/^PostgreSQL/, /^(MariaDB|MySQL)/].filter((kind) => !used.some((name) => kind.test(name)))
  if (missing.length > 0)
    throw new Error(`with CI=true, no suite used ${missing.join(' or ')}; used: ${used.join(', ')}`)
}

const sources = ['packages', 'tests', 'apps', 'examples', 'benchmarks', 'scripts']

rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })

const outcomes = [
  // One check at a time beside the suites: it takes what the processors have left while suites wait.
  ...(await Promise.all([
    runChecks([{ name: 'suites', run: suites }]),
    runChecks(
      [
        { name: 'lint', run: node('node_modules/oxlint/bin/oxlint') },
        { name: 'format', run: node('node_modules/@biomejs/biome/bin/biome', 'format', '--reporter=summary') },
        {
          name: 'direction of imports',
          run: node('node_modules/dependency-cruiser/bin/dependency-cruise.mjs', ...sources),
        },
        {
          name: 'spelling',
          run: node('node_modules/cspell/bin.mjs', 'lint', '--no-progress', '--no-summary', '--quiet'),
        },
        { name: 'words', run: node('scripts/check-words.mjs') },
        { name: 'every project is built', run: node('scripts/check-references.mjs') },
        {
          name: 'unused files, exports and dependencies',
          run: node('node_modules/knip/bin/knip.js', '--no-progress'),
        },
        { name: 'packaging', run: node('scripts/check-packaging.mjs') },
        { name: 'documentation', run: node('apps/docs-site/dist/check.js') },
        { name: 'examples', run: node('scripts/check-examples.mjs') },
      ],
      1,
    ),
  ])),
  ...(process.env['CI'] === 'true' ? [await runChecks([{ name: 'all databases', run: allDatabases }])] : []),
]
const { passed, failed } = saveCounts('checks', outcomes)

const seconds = Math.round((performance.now() - started) / 1000)
console.log(`\n${passed} checks passed, ${failed} failed, in ${seconds} s`)
console.log(`Databases used: ${databasesUsed().join(', ') || 'none'}`)
if (process.env['CI'] !== 'true' && process.env['BILLFOLD_TEST_DATABASES'] !== 'all')
  console.log(
    'Suites other than those of the storage used SQLite: BILLFOLD_TEST_DATABASES=all runs them on every database',
  )
if (process.env['CI'] !== 'true' && process.env['BILLFOLD_TEST_FRAMEWORKS'] !== 'all')
  console.log('Suites of pages in a browser ran on Express: BILLFOLD_TEST_FRAMEWORKS=all runs them on Koa too')
for (const line of leftOut()) console.log(line)
if (process.env['BILLFOLD_TEST_CLUSTERS'] !== 'true')
  console.log('Clusters of databases were not started: BILLFOLD_TEST_CLUSTERS=true runs their suites')
if (process.env['BILLFOLD_TEST_BUNDLER'] !== 'true')
  console.log('No bundler was started: BILLFOLD_TEST_BUNDLER=true runs its suite')
for (const { failedNames } of outcomes) for (const name of failedNames) console.log(`FAILED  ${name}`)
if (failed > 0) process.exitCode = 1
