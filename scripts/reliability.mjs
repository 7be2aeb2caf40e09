// Runs the kill, restart, race, fuzz and fault injection tests one after the other, and tabulates their results.
// usage: npm run reliability -- [--quick] [--write] [--only NAME] [--restart-postgres COMMAND] [--restart-mysql COMMAND]
//   --quick  a few seconds each, as a smoke test    --write  writes the table into docs/reliability.md
//   --restart-…  a command that restarts that database, run twice under load; without it no database is restarted
import { parseArgs } from 'node:util'
import { machine, markdownTable, today, writeMeasured } from './measured-page.mjs'
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
  throw new Error('--write puts a whole table into the page: not with --only')

/**
 * One kind of trouble: a program, and which lines of what it says belong in the table.
 * @typedef {{ name: string, what: string, program: readonly string[], says: RegExp }} Part
 */

/**
 * @param {string} script of tests/http
 * @param {readonly (string | number)[]} whole
 * @param {readonly (string | number)[]} quick
 */
function long(script, whole, quick) {
  return [`tests/http/dist/run-${script}.js`, ...(values.quick ? quick : whole).map(String)]
}

/**
 * @param {'postgres' | 'mysql'} database
 * @param {string} name
 * @returns {Part}
 */
function payments(database, name) {
  const restart = values[`restart-${database}`]
  return {
    name: `payments-${database}`,
    what: `Payments through four processes on ${name}, one killed with -9 every two seconds${restart ? ', the database restarted twice' : ''}`,
    program: [
      ...long('payments', [100_000, database, 1800], [2000, database, 10]),
      ...(restart === undefined ? [] : [restart]),
    ],
    says: /^\d+ payments acknowledged|^\d+ completed|^\d+ kills|^audit/,
  }
}

/** Suites that kill processes, cut connections, or set processes against each other. */
const races = ['race', 'at-once', 'kill', 'lost-connection', 'deadlock', 'under-attack', 'resume.test']

/** @type {readonly Part[]} */
const parts = [
  payments('postgres', 'PostgreSQL'),
  payments('mysql', 'MariaDB'),
  {
    name: 'faults',
    what: 'Fault injection: every storage call fails, before or after it is applied, in a scenario of each API, in memory and on each database',
    program: long('faults', [50, 1], [1, 23]),
    says: /^in all/,
  },
  {
    name: 'races',
    what: 'Races, kills of hosts, lost connections and deadlocks, on each database',
    program: ['node_modules/vitest/vitest.mjs', 'run', '--reporter=dot', ...races],
    says: /Tests {2}/,
  },
  {
    name: 'fuzz',
    what: 'Hostile requests to all APIs in all frameworks',
    program: long('fuzz', [100_000], [300]),
    says: /^in all/,
  },
  {
    name: 'did-configurations',
    what: 'Two processes with one payer update DIDs on a chain; two hosts create wallets in one vault',
    program: long('did-configurations', [200], [10]),
    says: /steps in|wallets in one vault/,
  },
  {
    name: 'did-registries',
    what: 'Sequences of changes in both registries, against an independent resolver; two processes with one payer',
    program: long('did-registries', [500, 200], [10, 10]),
    says: /sequences gave|steps of/,
  },
  {
    name: 'uploads',
    what: 'One large upload through each framework, accepted and rejected, with its memory usage',
    program: long('uploads', [2048], [64]),
    says: /MiB/,
  },
  {
    name: 'did-listing',
    what: 'Pages of a long list of wallets',
    program: long('did-listing', [100_000], [2000]),
    says: /wallets in/,
  },
  {
    name: 'enrollment',
    what: 'Enrolment lookup of a thousand people among many',
    program: long('enrollment', [1_000_000], [10_000]),
    says: /entries among/,
  },
]

/** @type {string[][]} */
const rows = []
for (const { name, what, program, says } of parts) {
  if (values.only !== undefined && !name.includes(values.only)) continue
  const begun = performance.now()
  const { status, output } = await runProgram(process.execPath, ['--disable-warning=ExperimentalWarning', ...program])
  const took = Math.round((performance.now() - begun) / 1000)
  // oxlint-disable-next-line no-control-regex -- the colours of a terminal
  const lines = output.replaceAll(/\u001B\[[\d;]*m/g, '').split('\n')
  const said = lines.filter((line) => says.test(line)).map((line) => line.trim().replaceAll(/\s+/g, ' '))
  const failed = status !== 0 || said.length === 0
  if (failed) process.exitCode = 1
  console.log(
    `${failed ? 'FAILED' : 'ok    '} ${name} (${took} s)\n${failed ? output : said.map((line) => `  ${line}`).join('\n')}`,
  )
  rows.push([what, said.join('<br>'), `${took} s`, failed ? '**failed**' : 'none'])
}

const table = markdownTable(['test', 'result', 'time', 'problems'], rows)
const heading = `${today()}${values.quick ? ', quick run' : ''}, on ${await machine()}.`
console.log(`\n${heading}\n\n${table}`)
if (values.write) writeMeasured('reliability.md', `${heading}\n\n${table}`)
