import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A host running in its own process, for tests. */
export interface RunningHost {
  readonly process: ChildProcess
  readonly url: string
  readonly dataDirectory: string
  /** Basic credentials of the demo service key; empty without the demo. */
  readonly authorization: string
  /** Key of the console; empty without the demo. */
  readonly consoleKey: string
  /** Sends SIGTERM and returns the exit code. */
  readonly stop: () => Promise<number | null>
  /** Sends SIGKILL and waits for the process to exit. */
  readonly kill: () => Promise<void>
}

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** Creates an empty data directory. */
export function createDataDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'billfold-host-'))
}

/** Starts the built host and waits until it is ready. */
export async function startExampleHost(
  environment: Record<string, string>,
  dataDirectory = createDataDirectory(),
): Promise<RunningHost> {
  const port = await freePort()
  const child = spawn(process.execPath, [main], {
    cwd: dataDirectory,
    env: { PATH: process.env['PATH'], PORT: String(port), DATA_DIR: dataDirectory, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = await waitUntilReady(child)
  const stop = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
    return child.exitCode
  }
  return {
    process: child,
    url: `http://localhost:${port}`,
    dataDirectory,
    authorization: authorizationIn(dataDirectory),
    consoleKey: /#demo=([\w-]+)/.exec(output)?.[1] ?? '',
    stop: () => stop('SIGTERM'),
    kill: async () => void (await stop('SIGKILL')),
  }
}

function authorizationIn(dataDirectory: string): string {
  if (!existsSync(join(dataDirectory, 'credentials.json'))) return ''
  const { keyId, keySecret } = readCredentials(dataDirectory).serviceKey
  return `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
}

/** URL of a console page, with the console key. */
export function consoleUrl({ url, consoleKey }: RunningHost, path: string): string {
  return `${url}${path}#demo=${consoleKey}`
}

/** Reads the demo credentials of a host. */
export function readCredentials(dataDirectory: string): {
  readonly serviceKey: { readonly keyId: string; readonly keySecret: string }
  readonly baseUrl: string
} {
  return JSON.parse(readFileSync(join(dataDirectory, 'credentials.json'), 'utf8'))
}

/** A response of the host. */
interface HostResponse {
  readonly status: number
  readonly body: unknown
}

/** Calls the custody API of a host with its demo credentials. */
export function callCustody(
  host: RunningHost,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<HostResponse> {
  return sendRequest(host, method, `/custody${path}`, body, { authorization: host.authorization, ...headers })
}

/** Sends a request to a host, without default credentials. */
export async function sendRequest(
  host: RunningHost,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<HostResponse> {
  const response = await fetch(`${host.url}${path}`, {
    method,
    // No keep-alive: the server may close an idle connection at the moment it is reused.
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}

/** Waits until the host is ready and returns its output. */
function waitUntilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const timer = setTimeout(() => reject(new Error(`host not ready:\n${output}`)), 120_000)
    const listen = (chunk: Buffer): void => {
      output += chunk.toString()
      if (!output.includes('Billfold is ready')) return
      clearTimeout(timer)
      resolve(output)
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('exit', (code) => reject(new Error(`host exited with ${code}:\n${output}`)))
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
