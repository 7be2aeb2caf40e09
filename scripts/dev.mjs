// Builds on every change, and restarts the example host with what was built. Ends with Ctrl-C.
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { join } from 'node:path'
import { bundleSources } from './bundle-sources.mjs'
import { root } from './run-command.mjs'
import { transpileHost } from './transpile-host.mjs'

const host = join(root, 'examples/host/dist/main.js')
const programs = [
  [join(root, 'node_modules/typescript/bin/tsc'), '-b', '-w', '--preserveWatchOutput'],
  ['--watch', '--watch-preserve-output', '--disable-warning=ExperimentalWarning', host],
]
const children = programs.map((args) => spawn(process.execPath, args, { cwd: root, stdio: 'inherit' }))

/** @type {NodeJS.Timeout | undefined} */
let pending
/** An editor writes several files at once. */
function schedule() {
  clearTimeout(pending)
  pending = setTimeout(() => {
    // A source that does not parse: `tsc` reports it too, and the next change builds again.
    Promise.all([bundleSources(), transpileHost()]).catch((/** @type {unknown} */ error) =>
      console.error(String(error)),
    )
  }, 100)
}
const watchers = ['packages', 'apps/authentication-page', 'examples/host'].map((folder) =>
  watch(join(root, folder), { recursive: true }, (_, file) => {
    if (/(?:^|[\\/])(?:src|data|migrations)[\\/]/.test(file ?? '')) schedule()
  }),
)

// If one of them ends, the others are of no use.
for (const child of children)
  child.on('exit', (code) => {
    for (const other of children) other.kill()
    for (const watcher of watchers) watcher.close()
    process.exitCode = code ?? 0
  })
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
  process.on(signal, () => {
    for (const child of children) child.kill(signal)
  })
