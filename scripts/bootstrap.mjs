// Installs the pinned dependencies and builds, so that a fresh clone needs only Node and npm. All steps are incremental: about
// two seconds if nothing has changed. With --host only what the example host runs is built, without type checks.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const packageManager = 'pnpm@12.21.0'

/**
 * Runs one step at the root of the repository. If it fails, prints its output and exits.
 * @param {string} name
 * @param {() => import('node:child_process').SpawnSyncReturns<string>} step
 */
function run(name, step) {
  const started = performance.now()
  const { status, error, stdout, stderr } = step()
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (status === 0) {
    console.log(`${name}: ${seconds} s`)
    return
  }
  console.error(`${name} failed after ${seconds} s\n${stdout}${stderr}${error?.message ?? ''}`)
  process.exit(status ?? 1)
}

/** @type {import('node:child_process').SpawnSyncOptionsWithStringEncoding} */
const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 }

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Billfold needs Node 20.19 or newer; this is ${process.versions.node}`)
  process.exit(1)
}
// Through the shell, since npx is a batch file on Windows. The line is constant.
const install = `npx --yes ${packageManager} install --frozen-lockfile --prefer-offline`
run('install', () => spawnSync(install, { ...options, shell: true }))
const isForHost = process.argv.includes('--host')
const bundle = [join('scripts', 'bundle.mjs'), ...(isForHost ? ['--host'] : [])]
run('bundles', () => spawnSync(process.execPath, bundle, options))
if (!isForHost)
  run('build, with type checks of sources and tests', () =>
    spawnSync(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-b'], options),
  )
