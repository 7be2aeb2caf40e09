import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** @typedef {{ status: number, output: string }} Outcome */

/**
 * Runs a program without a shell and without standard input. Never rejects: the status is 127 if it cannot be started.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean }} [options] `show` prints the output instead of collecting it
 * @returns {Promise<Outcome>}
 */
export function runProgram(program, args, { cwd = root, env = process.env, show = false } = {}) {
  return collect(spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }), show)
}

/**
 * Runs a command line in the shell: for npm and npx, which are batch files on Windows.
 * @param {string} line
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<Outcome>}
 */
export function runLine(line, { cwd = root, env = process.env } = {}) {
  return collect(spawn(line, { cwd, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] }), false)
}

/**
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} child
 * @param {boolean} show
 * @returns {Promise<Outcome>}
 */
function collect(child, show) {
  return new Promise((resolve) => {
    let output = ''
    /** @param {Buffer} chunk */
    const append = (chunk) => {
      if (show) process.stdout.write(chunk)
      else output += chunk.toString()
    }
    child.stdout.on('data', append)
    child.stderr.on('data', append)
    child.on('error', (error) => resolve({ status: 127, output: `${output}${error.message}\n` }))
    child.on('close', (code) => resolve({ status: code ?? 1, output }))
  })
}
