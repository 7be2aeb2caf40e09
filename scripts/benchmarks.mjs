// Runs all benchmarks one after the other and prints a table of their results.
// usage: npm run benchmarks -- [--quick] [--write] [--only NAME] [--size NUMBER]
//   --quick  a few seconds each, as a smoke test    --write  updates the table in docs/benchmarks.md
//   --size NUMBER  the users of `growth`; default: a million
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine, markdownTable, today, writeMeasured } from './measured-page.mjs'
import { root, runProgram } from './run-command.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    only: { type: 'string' },
    size: { type: 'string' },
  },
})
if (values.write && values.only !== undefined)
  throw new Error('--write replaces the whole table and cannot be combined with --only')

/** Each benchmark with its arguments for --quick. */
const benchmarks = {
  commit: ['', '1', '200'],
  http: ['2', '1'],
  login: ['2', '50'],
  payment: ['2', '50'],
  signature: ['2', '50'],
  session: ['2', '50'],
  authentication: ['2', '50'],
  faces: ['10', '1000'],
  'rate-limits': ['1', '200'],
  growth: ['2000', 'postgres', '5'],
  credentials: ['2', '20'],
  issuance: ['1'],
  policies: ['1', '10'],
  passkeys: ['3', '20'],
}

const folder = mkdtempSync(join(tmpdir(), 'billfold-benchmarks-'))
const resultFile = join(folder, 'results')
/** @type {string[]} */
const failed = []
try {
  for (const [name, quick] of Object.entries(benchmarks)) {
    if (values.only !== undefined && name !== values.only) continue
    console.log(`== ${name}`)
    const size = name === 'growth' && values.size !== undefined ? [values.size] : undefined
    const program = [join(root, 'benchmarks', 'dist', `${name}.js`), ...(size ?? (values.quick ? quick : []))]
    const { status } = await runProgram(process.execPath, ['--disable-warning=ExperimentalWarning', ...program], {
      env: { ...process.env, BILLFOLD_BENCHMARK_RESULTS: resultFile },
      show: true,
    })
    if (status !== 0) failed.push(name)
  }
  /** @type {{ name: string, billfold: string, other: string, ratio: number, range?: [number, number] }[]} */
  const measured = existsSync(resultFile)
    ? readFileSync(resultFile, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : []
  const rows = measured.map(({ name, billfold, other, ratio, range }) => [
    name,
    billfold,
    other,
    `${ratio.toFixed(2)}${range === undefined ? '' : ` (${range.map((each) => each.toFixed(2)).join(' to ')})`}`,
  ])
  const table = markdownTable(['benchmark', 'Billfold', 'compared with', 'ratio'], rows)
  const heading = `${today()}${values.quick ? ', quick run with few samples' : ''}, on ${await describeMachine()}.`
  const missing = failed.length === 0 ? '' : `\n\nFailed: ${failed.join(', ')}.`
  console.log(`\n${heading}\n\n${table}${missing}`)
  if (failed.length > 0) process.exitCode = 1
  if (values.write) writeMeasured('benchmarks.md', `${heading}\n\n${table}${missing}`)
} finally {
  rmSync(folder, { recursive: true })
}
