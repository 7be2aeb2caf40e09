// Runs the reliability suites (kills, restarts, races, fuzzing, fault injection) one after the other and prints a table.
// usage: npm run reliability -- [--quick] [--write] [--only NAME] [--restart-postgres COMMAND] [--restart-mysql COMMAND]
//   --quick  a few seconds each, as a smoke test    --write  updates the table in docs/reliability.md
//   --restart-…  a command that restarts the database, run twice under load; by default no database is restarted
import { parseArgs } from 'node:util'
import { describeMachine, markdownTable, today, writeMeasured } from './measured-page.mjs'
import { runProgram } from './run-command.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    only: { type: 'string' },
    'restart-postgres': { type: 'string' },
    'restart-mysql': { type: 'string' },
  },
})
if (values.write && values.only !== undefined)
  throw new Error('--write replaces the whole table and cannot be combined with --only')

/**
 * A suite: a program, and the lines of its output for the table.
 * @typedef {{ name: string, title: string, program: readonly string[], lines: RegExp }} Suite
 */

/**
 * @param {string} script of tests/http
 * @param {readonly (string | number)[]} full
 * @param {readonly (string | number)[]} quick
 */
function httpProgram(script, full, quick) {
  return [`tests/http/dist/run-${script}.js`, ...(values.quick ? quick : full).map(String)]
}

/**
 * @param {'postgres' | 'mysql'} database
 * @param {string} name
 * @returns {Suite}
 */
function payments(database, name) {
  const restart = values[`restart-${database}`]
  return {
    name: `payments-${database}`,
    title: `Payments through four processes on ${name}, one killed with -9 every two seconds${restart ? ', the database restarted twice' : ''}`,
    program: [
      ...httpProgram('payments', [100_000, database, 1800], [2000, database, 10]),
      ...(restart === undefined ? [] : [restart]),
    ],
    lines: /^\d+ payments acknowledged|^\d+ completed|^\d+ kills|^audit/,
  }
}

/** Test files that kill processes, drop connections or race processes against each other. */
const races = ['race', 'at-once', 'kill', 'lost-connection', 'deadlock', 'under-attack', 'resume.test']

/** @type {readonly Suite[]} */
const suites = [
  payments('postgres', 'PostgreSQL'),
  payments('mysql', 'MariaDB'),
  {
    name: 'faults',
    title:
      'Fault injection: each storage call fails before and after it is applied, in a scenario of each API, in memory and on each database',
    program: httpProgram('faults', [50, 1], [1, 23]),
    lines: /^in all/,
  },
  {
    name: 'races',
    title: 'Races, killed hosts, lost connections and deadlocks, on each database',
    program: ['node_modules/vitest/vitest.mjs', 'run', '--reporter=dot', ...races],
    lines: /Tests {2}/,
  },
  {
    name: 'clusters',
    title:
      'Clusters: conformance, exclusive batches and failover with money moving, on Galera, replicated PostgreSQL, PgBouncer and Pgpool-II',
    program: httpProgram('clusters', [5000], [200]),
    lines: /^(Galera|PostgreSQL|PgBouncer|Pgpool)/,
  },
  {
    name: 'credentials',
    title:
      'Credential offers redeemed four times at once, and responses to one request all at once, through two processes on PostgreSQL',
    program: [
      'tests/issuance/dist/reliability/run-credentials.js',
      ...(values.quick ? ['50', '50'] : ['1000', '1000']),
    ],
    lines: /^\d+ (offers|responses)/,
  },
  {
    name: 'fuzz',
    title: 'Fuzzing: hostile requests to each API on each database in both adapters, each host in a process of its own',
    program: httpProgram('fuzz', [1_000_000], [300]),
    lines: /^in all/,
  },
  {
    name: 'did-configurations',
    title: 'Two processes with one payer update DIDs on a chain; two hosts create wallets in one vault',
    program: httpProgram('did-configurations', [200], [10]),
    lines: /steps in|wallets in one vault/,
  },
  {
    name: 'did-registries',
    title: 'Random changes in both DID registries, compared with an independent resolver; two processes with one payer',
    program: httpProgram('did-registries', [500, 200], [10, 10]),
    lines: /sequences gave|steps of/,
  },
  {
    name: 'uploads',
    title: 'A large upload through each framework, accepted and rejected, with its memory usage',
    program: httpProgram('uploads', [2048], [64]),
    lines: /MiB/,
  },
  {
    name: 'did-listing',
    title: 'Pagination of a long list of wallets',
    program: httpProgram('did-listing', [100_000], [2000]),
    lines: /wallets in/,
  },
  {
    name: 'enrollment',
    title: 'Enrolment lookup of a thousand people among many',
    program: httpProgram('enrollment', [1_000_000], [10_000]),
    lines: /entries among/,
  },
]

/** @type {string[][]} */
const rows = []
for (const { name, title, program, lines } of suites) {
  if (values.only !== undefined && !name.includes(values.only)) continue
  const startedAt = performance.now()
  const { status, output } = await runProgram(process.execPath, ['--disable-warning=ExperimentalWarning', ...program])
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  // oxlint-disable-next-line no-control-regex -- the colours of a terminal
  const outputLines = output.replaceAll(/\u001B\[[\d;]*m/g, '').split('\n')
  const matches = outputLines.filter((line) => lines.test(line)).map((line) => line.trim().replaceAll(/\s+/g, ' '))
  const failed = status !== 0 || matches.length === 0
  if (failed) process.exitCode = 1
  console.log(
    `${failed ? 'FAILED' : 'ok    '} ${name} (${seconds} s)\n${failed ? output : matches.map((line) => `  ${line}`).join('\n')}`,
  )
  rows.push([title, matches.join('<br>'), `${seconds} s`, failed ? '**failed**' : 'none'])
}

const table = markdownTable(['suite', 'amount and result', 'time', 'failures'], rows)
const heading = `${today()}${values.quick ? ', quick run' : ''}, on ${await describeMachine()}.`
console.log(`\n${heading}\n\n${table}`)
if (values.write) writeMeasured('reliability.md', `${heading}\n\n${table}`)
