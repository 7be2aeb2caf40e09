// Installs the packed packages, without development dependencies, in an empty folder, and uses them as a stranger would.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalogVersions } from './catalog.mjs'
import { keepCounts, runChecks } from './checks.mjs'
import { packAll, publicPackages } from './public-packages.mjs'
import { root, runLine, runProgram } from './run-command.mjs'

/** What a host brings itself. */
const hostDependencies = ['express', 'koa', 'kysely', 'libsql', 'vitest']

const folder = mkdtempSync(join(tmpdir(), 'billfold-consumer-'))
/** @param {readonly string[]} args */
const node = (...args) => runProgram(process.execPath, args, { cwd: folder })

async function install() {
  const tarballs = [...(await packAll(folder))].map(([name, file]) => [name, `file:${file}`])
  const dependencies = { ...Object.fromEntries(tarballs), ...catalogVersions(hostDependencies) }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
  for (const host of ['esm-host.mjs', 'commonjs-host.cjs'])
    copyFileSync(join(root, 'scripts/consumers', host), join(folder, host))
  return await runLine('npm install --omit=dev --no-audit --no-fund --prefer-offline', { cwd: folder })
}

/** Every entry point by its name. `@billfold/testing` registers suites with vitest, so that it is loaded inside of vitest only. */
function entryPoints() {
  return publicPackages()
    .filter(({ name }) => name !== '@billfold/testing')
    .flatMap(({ name, exports }) => Object.keys(exports).map((path) => `${name}${path.slice(1)}`))
    .filter((entry) => !entry.endsWith('/package.json'))
}

/** @param {string} entry */
function imports(entry) {
  const source = `const all = await import('${entry}'); if (Object.keys(all).length === 0) throw new Error('it exports nothing')`
  return node('--input-type=module', '--eval', source)
}

/** @param {string} entry */
function requires(entry) {
  const source = `if (Object.keys(require('${entry}')).length === 0) throw new Error('it exports nothing')`
  return node('--input-type=commonjs', '--eval', source)
}

/** Where `require()` of a module is as new as it can be. */
function onOldestNode() {
  return runLine('npx --yes node@20.19.0 commonjs-host.cjs', { cwd: folder })
}

/** No test, no source and no build record is published, and no way to the sources. */
async function onlyBuilt() {
  for (const { name } of publicPackages()) {
    const installed = join(folder, 'node_modules', name)
    const manifest = readFileSync(join(installed, 'package.json'), 'utf8')
    if (/workspace:|catalog:|billfold-source/.test(manifest))
      throw new Error(`${name}: its manifest is not the published one`)
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    const unwanted = files.filter((file) => /\.test\.|tsbuildinfo|test-fixtures|^src\b/.test(file))
    if (unwanted.length > 0) throw new Error(`${name} publishes ${unwanted.join(', ')}`)
  }
}

/** The suite is run by vitest itself, over the storage in memory. */
async function conformance() {
  writeFileSync(
    join(folder, 'memory.test.js'),
    `import { memoryStorage } from '@billfold/core/storage'
import { describeStorage } from '@billfold/testing'
describeStorage('memory', async () => {
  const storage = memoryStorage()
  return { storages: [storage, storage], close: async () => {} }
})
`,
  )
  return await node(join('node_modules', 'vitest', 'vitest.mjs'), 'run')
}

try {
  const installed = await runChecks([{ name: 'the packed packages install in an empty folder', run: install }])
  const used =
    installed.failed > 0
      ? []
      : [
          await runChecks([
            { name: 'what is published is only what was built', run: onlyBuilt },
            ...entryPoints().flatMap((entry) => [
              { name: `import '${entry}'`, run: () => imports(entry) },
              { name: `require('${entry}')`, run: () => requires(entry) },
            ]),
          ]),
          await runChecks([
            {
              name: 'the command line migrates SQLite',
              run: () => runLine('npx billfold migrate --database sqlite:command-line.sqlite', { cwd: folder }),
            },
            { name: 'they migrate SQLite, and serve through Express and Koa', run: () => node('esm-host.mjs') },
            { name: 'so they do in a host that is CommonJS', run: () => node('commonjs-host.cjs') },
            { name: 'and on the oldest Node that they name', run: onOldestNode },
            { name: 'the conformance suite runs in a project of its own', run: conformance },
          ]),
        ]
  const { failed } = keepCounts('tarballs', [installed, ...used])
  if (failed > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
