import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A host in a process of its own, as somebody would start it. For tests. */
export interface RunningHost {
  readonly process: ChildProcess
  readonly url: string
  readonly dataDirectory: string
  /** Empty where the host has no demo credentials. */
  readonly authorization: string
  /** What its console acts by; empty where it has none. */
  readonly consoleKey: string
  /** Sends SIGTERM and gives the exit code. */
  readonly stop: () => Promise<number | null>
  /** Sends SIGKILL, and waits until the process is gone. */
  readonly kill: () => Promise<void>
}

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** A data directory that nobody has used. */
export function freshDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'billfold-host-'))
}

/** Starts the built host and waits, at most 20 seconds, until it says that it is ready. */
export async function startHost(
  environment: Record<string, string>,
  dataDirectory = freshDirectory(),
): Promise<RunningHost> {
  const port = await freePort()
  const child = spawn(process.execPath, [main], {
    cwd: dataDirectory,
    env: { PATH: process.env['PATH'], PORT: String(port), DATA_DIR: dataDirectory, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = await ready(child)
  const stop = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
    return child.exitCode
  }
  return {
    process: child,
    url: `http://127.0.0.1:${port}`,
    dataDirectory,
    authorization: authorizationIn(dataDirectory),
    consoleKey: /#demo=([\w-]+)/.exec(said)?.[1] ?? '',
    stop: () => stop('SIGTERM'),
    kill: async () => void (await stop('SIGKILL')),
  }
}

function authorizationIn(dataDirectory: string): string {
  if (!existsSync(join(dataDirectory, 'credentials.json'))) return ''
  const { keyId, keySecret } = credentialsIn(dataDirectory).serviceKey
  return `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
}

/** Where a page of a host's console is, with what it acts by. */
export function consoleUrl({ url, consoleKey }: RunningHost, path: string): string {
  return `${url}${path}#demo=${consoleKey}`
}

/** The demo credentials that a host wrote. */
export function credentialsIn(dataDirectory: string): {
  readonly serviceKey: { readonly keyId: string; readonly keySecret: string }
  readonly baseUrl: string
} {
  return JSON.parse(readFileSync(join(dataDirectory, 'credentials.json'), 'utf8'))
}

/** What a host answered. */
interface Answered {
  readonly status: number
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read replies as they come
  readonly body: any
}

/** Calls the custody API of a host with its demo credentials. */
export function call(
  host: RunningHost,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> {
  return ask(host, method, `/custody${path}`, body, { authorization: host.authorization, ...headers })
}

/** Calls a host, with no credentials but those that are given. */
export async function ask(
  host: RunningHost,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const response = await fetch(`${host.url}${path}`, {
    method,
    // A connection of its own: one that is kept alive can be closed by the server just as it is used again.
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}

/** What it said when it was ready. */
function ready(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const timer = setTimeout(() => reject(new Error(`the host is not ready:\n${said}`)), 20_000)
    const listen = (chunk: Buffer): void => {
      said += chunk.toString()
      if (!said.includes('Billfold is ready')) return
      clearTimeout(timer)
      resolve(said)
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('exit', (code) => reject(new Error(`the host ended with ${code}:\n${said}`)))
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('there is no port')
  return address.port
}
