// Compiles on every change, and restarts the example host with what was compiled. Ends with Ctrl-C.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from './run-command.mjs'

const host = join(root, 'examples/host/dist/main.js')
const programs = [
  [join(root, 'node_modules/typescript/bin/tsc'), '-b', '-w', '--preserveWatchOutput'],
  ['--watch', '--watch-preserve-output', '--disable-warning=ExperimentalWarning', host],
]
const children = programs.map((args) => spawn(process.execPath, args, { cwd: root, stdio: 'inherit' }))

// If one of them ends, the other is of no use.
for (const child of children)
  child.on('exit', (code) => {
    for (const other of children) other.kill()
    process.exitCode = code ?? 0
  })
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
  process.on(signal, () => {
    for (const child of children) child.kill(signal)
  })
