// Writes tables of measurements, with the machine they were made on, into the documentation.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { root, runProgram } from './run-command.mjs'

/** Describes hardware, Node and databases in one line. */
export async function describeMachine() {
  const source = `const { listTestDatabases } = await import('@billfold/test-databases')
    for (const { name } of await listTestDatabases({ servers: 'always' })) console.log(name)`
  const { output } = await runProgram(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: join(root, 'benchmarks'),
  })
  const databases = output.split('\n').filter((line) => /^(SQLite|PostgreSQL|PGlite|MariaDB|MySQL) /.test(line))
  const [first] = cpus()
  const gibibytes = Math.round(totalmem() / 2 ** 30)
  const hardware = `${first?.model ?? process.arch}, ${cpus().length} cores, ${gibibytes} GiB`
  return [`${hardware}; Node ${process.versions.node}`, ...databases].join('; ')
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function markdownTable(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

/**
 * Replaces the text between the two markers of a documentation page.
 * @param {string} page
 * @param {string} text
 */
export function writeMeasured(page, text) {
  const file = join(root, 'docs', page)
  const [before, , after] = readFileSync(file, 'utf8').split(/<!-- (?:measured|end) -->/)
  if (before === undefined || after === undefined)
    throw new Error(`docs/${page} has no <!-- measured --> and <!-- end --> markers`)
  writeFileSync(file, `${before}<!-- measured -->\n\n${text}\n\n<!-- end -->${after}`)
}

/** Returns the current date as YYYY-MM-DD. */
export function today() {
  return new Date().toISOString().slice(0, 10)
}
