// Starts each example server from its build: it must respond to a request and exit on SIGTERM.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChecks } from './checks.mjs'
import { root, runProgram } from './run-command.mjs'

/** @typedef {{ name: string, main: string, env?: Record<string, string>, path: string, status: number, exit: 0 | 'SIGTERM' }} Example */

const host = join(root, 'examples/host/dist/main.js')

/** @type {Example[]} */
const examples = [
  { name: 'host, Express', main: host, path: '/health', status: 200, exit: 0 },
  { name: 'host, Koa', main: host, env: { FRAMEWORK: 'koa' }, path: '/health', status: 200, exit: 0 },
  {
    name: 'credentials-verifier',
    main: join(root, 'examples/credentials-verifier/dist/main.js'),
    path: '/',
    status: 200,
    exit: 'SIGTERM',
  },
  { ...minimal('payments'), path: '/payments/publickeys', status: 200 },
  { ...minimal('authentication'), path: '/login/.well-known', status: 200 },
  ...['minimal-express', 'minimal-koa', 'nestjs', 'hono', 'fastify', 'custody-kms']
    .map(minimal)
    .filter(({ main }) => existsSync(main)),
  {
    name: 'passkeys',
    main: join(root, 'examples/passkeys/dist/main.js'),
    path: '/passkeys',
    status: 401,
    exit: 'SIGTERM',
  },
]

/**
 * An example without a SIGTERM handler, whose API requires authentication.
 * @param {string} name
 * @returns {Example}
 */
function minimal(name) {
  const main = join(root, 'examples', name, 'dist/main.js')
  return { name, main, path: '/custody/api/users', status: 401, exit: 'SIGTERM' }
}

/** @param {Example} example */
async function serves({ main, env = {}, path, status, exit }) {
  const folder = mkdtempSync(join(tmpdir(), 'billfold-example-'))
  const port = await freePort()
  const settings = { ...process.env, ...env, HOST: '127.0.0.1', PORT: String(port), DATA_DIR: folder }
  const child = spawn(process.execPath, [main], { cwd: folder, env: settings, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  try {
    const received = await firstStatus(`http://127.0.0.1:${port}${path}`, () => child.exitCode === null)
    if (received !== status) throw new Error(`${path} returned ${received}, expected ${status}`)
    child.kill('SIGTERM')
    const [code, signal] = await Promise.race([exited, rejectAfterSeconds(120, 'did not exit within 120 s of SIGTERM')])
    if ((code ?? signal) !== exit) throw new Error(`exited with ${code ?? signal}, expected ${exit}`)
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${output}`, { cause: error })
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Returns the status of the first response; tries every 100 ms for two minutes.
 * @param {string} url
 * @param {() => boolean} isRunning
 */
async function firstStatus(url, isRunning) {
  for (let attempt = 0; attempt < 1200 && isRunning(); attempt++) {
    try {
      const response = await fetch(url, { redirect: 'manual' })
      await response.arrayBuffer()
      return response.status
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  throw new Error('no response within two minutes')
}

/**
 * @param {number} seconds
 * @param {string} message
 * @returns {Promise<never>}
 */
function rejectAfterSeconds(seconds, message) {
  return new Promise((_, reject) => setTimeout(() => reject(new Error(message)), seconds * 1000).unref())
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

const didWallet = join(root, 'examples/did-wallet/dist/main.js')

const { failed } = await runChecks([
  ...examples.map((example) => ({ name: example.name, run: () => serves(example) })),
  { name: 'DID wallet on a chain', run: () => runProgram(process.execPath, [didWallet]) },
])
if (failed > 0) process.exitCode = 1
