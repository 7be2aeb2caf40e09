// Installs the packed packages without development dependencies in an empty folder and uses them as an application would.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { catalogVersions } from './catalog.mjs'
import { installLineChecks, oldestNode } from './check-install-lines.mjs'
import { saveCounts, runChecks } from './checks.mjs'
import { nextExample } from './check-next-example.mjs'
import { packAll, publicPackages } from './public-packages.mjs'
import { root, runLine, runProgram } from './run-command.mjs'

/** Dependencies that a host installs itself. */
const hostDependencies = ['@hono/node-server', 'express', 'hono', 'koa', 'kysely', 'libsql', 'vitest']

const folder = mkdtempSync(join(tmpdir(), 'billfold-consumer-'))
/** @param {readonly string[]} args */
const node = (...args) => runProgram(process.execPath, args, { cwd: folder })

/** @type {ReadonlyMap<string, string>} */
let packed = new Map()

async function install() {
  packed = await packAll(folder)
  const tarballs = [...packed].map(([name, file]) => [name, `file:${file}`])
  const dependencies = { ...Object.fromEntries(tarballs), ...catalogVersions(hostDependencies) }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
  for (const host of ['esm-host.mjs', 'commonjs-host.cjs', 'all-apis.mjs', 'fetch-host.mjs', 'probe-api.mjs'])
    copyFileSync(join(root, 'scripts/consumers', host), join(folder, host))
  return await runLine('npm install --omit=dev --no-audit --no-fund --prefer-offline', { cwd: folder })
}

/** All entry points except `@billfold/testing`, which registers suites with vitest and can be loaded there only. */
function entryPoints() {
  return publicPackages()
    .filter(({ name }) => name !== '@billfold/testing')
    .flatMap(({ name, exports }) => Object.keys(exports).map((path) => `${name}${path.slice(1)}`))
    .filter((entry) => !entry.endsWith('/package.json'))
}

/** @param {string} entry */
function imports(entry) {
  const source = `const all = await import('${entry}'); if (Object.keys(all).length === 0) throw new Error('no exports')`
  return node('--input-type=module', '--eval', source)
}

/** @param {string} entry */
function requires(entry) {
  const source = `if (Object.keys(require('${entry}')).length === 0) throw new Error('no exports')`
  return node('--input-type=commonjs', '--eval', source)
}

/** An error or a class that two entry points export is one value, so that `instanceof` holds across them. */
function sameExports() {
  const entries = entryPoints().filter((entry) => entry !== '@billfold/core/client')
  const source = `const seen = new Map()
for (const entry of ${JSON.stringify(entries)})
  for (const [name, value] of Object.entries(await import(entry))) {
    const known = seen.get(name) ?? { entry, value }
    if (known.value !== value) throw new Error(name + ' of ' + entry + ' is not that of ' + known.entry)
    seen.set(name, known)
  }
const { BillfoldError } = await import('@billfold/core')
const { localKeyring, newKey, open } = await import('@billfold/core/crypto')
const keyring = localKeyring({ keys: { first: newKey() }, currentKeyId: 'first' })
const error = await open(keyring, Uint8Array.of(0), { tenant: 't', table: 't', row: 'r', field: 'f' }).catch((thrown) => thrown)
if (!(error instanceof BillfoldError)) throw new Error('an error of /crypto is no BillfoldError of the root')`
  return node('--input-type=module', '--eval', source)
}

/** The first Node 20 that can `require()` a module. */
function onOldestNode() {
  return runLine(`npx --yes node@${oldestNode} commonjs-host.cjs`, { cwd: folder })
}

/** Other runtimes that the documentation names, as npm has them. */
const runtimes = { Bun: 'bun@1.4.5', Deno: 'deno@2.9.6 run --allow-all' }

/**
 * @param {string} runtime
 * @param {string} [file]
 */
function onRuntime(runtime, file = 'all-apis.mjs') {
  return runLine(`npx --yes ${runtime} ${file}`, { cwd: folder })
}

/**
 * Bundles a host into one file, and runs it in a folder that has nothing else.
 * @param {'esm' | 'cjs'} format
 */
async function asBundle(format) {
  const empty = mkdtempSync(join(tmpdir(), 'billfold-bundle-'))
  try {
    const outfile = join(empty, format === 'esm' ? 'host.mjs' : 'host.cjs')
    // Dependencies that are CommonJS, Express among them, load the modules of Node with `require`.
    const requireInModule =
      "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url)"
    const { warnings } = await build({
      entryPoints: [join(folder, 'all-apis.mjs')],
      outfile,
      bundle: true,
      platform: 'node',
      format,
      target: 'node20',
      ...(format === 'esm' && { banner: { js: requireInModule } }),
      logLevel: 'silent',
    })
    const ours = warnings.filter(({ location }) => location?.file.includes('@billfold'))
    if (ours.length > 0) throw new Error(ours.map(({ text }) => text).join('\n'))
    return await runProgram(process.execPath, [outfile], { cwd: empty })
  } finally {
    rmSync(empty, { recursive: true, force: true })
  }
}

/** Checks that no tests, sources or build records are published, and that the manifests are the published ones. */
async function checkPublishedFiles() {
  for (const { name } of publicPackages()) {
    const installed = join(folder, 'node_modules', name)
    const manifest = readFileSync(join(installed, 'package.json'), 'utf8')
    if (/workspace:|catalog:|billfold-source/.test(manifest))
      throw new Error(`${name}: the manifest contains development settings`)
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    const modules = files.filter((file) => /\.m?js$/.test(file))
    if (modules.length > 40) throw new Error(`${name} is not bundled: ${modules.length} modules`)
    const unwanted = files.filter((file) => /\.test\.|tsbuildinfo|test-fixtures|^src\b/.test(file))
    if (unwanted.length > 0) throw new Error(`${name} publishes ${unwanted.join(', ')}`)
  }
}

/** What `billfold init` writes finds the packages in the folder above. */
function writtenHost() {
  const steps = [
    'npx billfold init --framework express --database sqlite --folder written',
    'cd written',
    'node --env-file=.env migrate.mjs',
    'node --env-file=.env ../node_modules/@billfold/cli/dist/main.js doctor',
  ]
  return runLine(steps.join(' && '), { cwd: folder })
}

/** Runs the conformance suite on the memory storage, in vitest. */
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
  const usage =
    installed.failed > 0
      ? []
      : [
          await runChecks([
            { name: 'only build output is published', run: checkPublishedFiles },
            { name: 'what two entry points export is one value', run: sameExports },
            {
              name: 'the command line prints its version',
              run: () => runLine('npx billfold --version', { cwd: folder }),
            },
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
            {
              name: 'the command line writes a host, whose migration runs and which has no problems',
              run: writtenHost,
            },
            { name: 'an ESM host migrates SQLite and serves through Express and Koa', run: () => node('esm-host.mjs') },
            { name: 'a CommonJS host does the same', run: () => node('commonjs-host.cjs') },
            { name: 'the CommonJS host on the oldest supported Node', run: onOldestNode },
            { name: 'a host with all APIs', run: () => node('all-apis.mjs') },
            { name: 'the same host as one file, ESM', run: () => asBundle('esm') },
            { name: 'the same host as one file, CommonJS', run: () => asBundle('cjs') },
            ...Object.entries(runtimes).map(([name, runtime]) => ({
              name: `the same host in ${name}`,
              run: () => onRuntime(runtime),
            })),
            { name: 'a host of web requests', run: () => node('fetch-host.mjs') },
            ...Object.entries(runtimes).map(([name, runtime]) => ({
              name: `a host of web requests on the server of ${name}`,
              run: () => onRuntime(runtime, 'fetch-host.mjs'),
            })),
            { name: 'the conformance suite runs in another project', run: conformance },
          ]),
          await runChecks([
            ...installLineChecks(join(folder, 'install-lines'), packed),
            { name: 'the example of Next.js builds, serves and streams', run: () => nextExample(packed) },
          ]),
        ]
  const { failed } = saveCounts('tarballs', [installed, ...usage])
  if (failed > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
