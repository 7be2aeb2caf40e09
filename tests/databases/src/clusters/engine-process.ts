import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEnvironment } from '../read-environment.ts'

/** Servers refuse to run as root: they run as the account that their package has created. */
interface Account {
  readonly uid: number
  readonly gid: number
}

/** A folder with everything that the servers of one cluster write, and the processes that use it. */
export interface ClusterFolder {
  readonly path: string
  /** Runs a program to its end. Throws with its output if it fails. */
  readonly run: (program: string, args: readonly string[]) => void
  /** Starts a server; its output goes to a log in the folder. */
  readonly start: (program: string, args: readonly string[], log: string) => ServerProcess
  /** Kills all processes and deletes the folder. */
  readonly remove: () => Promise<void>
}

/** A server with all the processes that it has started. */
export interface ServerProcess {
  readonly isRunning: () => boolean
  /** Sends a signal to the server, or to all of its processes with SIGKILL, and waits for its end. */
  readonly stop: (signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT') => Promise<void>
}

/** Creates a folder below that of the system for temporary files, for servers that run as `user` when we are root. */
export function createClusterFolder(user: string): ClusterFolder {
  const account = process.getuid?.() === 0 ? readAccount(user) : undefined
  const path = mkdtempSync(join(tmpdir(), 'billfold-cluster-'))
  chmodSync(path, 0o755)
  if (account !== undefined) chownSync(path, account.uid, account.gid)
  const running = new Set<ServerProcess & { readonly killNow: () => void }>()
  const killAll = (): void => {
    for (const server of running) server.killNow()
    rmSync(path, { recursive: true, force: true, maxRetries: 5 })
  }
  process.on('exit', killAll)
  return {
    path,
    run: (program, args) => {
      const { status, stdout, stderr } = spawnSync(program, args, { cwd: path, encoding: 'utf8', ...account })
      if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`)
    },
    start: (program, args, log) => {
      const output = openSync(join(path, log), 'a')
      const child = spawn(program, args, { cwd: path, stdio: ['ignore', output, output], detached: true, ...account })
      child.on('error', () => {})
      const server = toServerProcess(child)
      running.add(server)
      return server
    },
    remove: async () => {
      await Promise.all([...running].map((server) => server.stop('SIGKILL')))
      process.off('exit', killAll)
      rmSync(path, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function toServerProcess(child: ChildProcess): ServerProcess & { readonly killNow: () => void } {
  const isRunning = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null
  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(signal === 'SIGKILL' ? -child.pid : child.pid, signal)
    } catch {
      // It has ended.
    }
  }
  return {
    isRunning,
    killNow: () => signalGroup('SIGKILL'),
    stop: async (signal) => {
      if (!isRunning()) return signalGroup('SIGKILL')
      const ended = new Promise((resolve) => child.once('exit', resolve))
      signalGroup(signal)
      await ended
      signalGroup('SIGKILL')
    },
  }
}

function readAccount(user: string): Account {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${user}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid === undefined || gid === undefined) throw new Error(`there is no account ${user}`)
  return { uid: Number(uid), gid: Number(gid) }
}

/** Finds ports that no process uses. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address()
      await new Promise((resolve) => server.close(resolve))
      if (address === null || typeof address === 'string') throw new Error('the server has no port')
      return address.port
    }),
  )
}

/** Finds a program in PATH, in the folders for servers, and in those of PostgreSQL's packages. */
export function findProgram(name: string): string | undefined {
  const postgres = ['18', '17', '16', '15'].map((version) => `/usr/lib/postgresql/${version}/bin`)
  const folders = [...(readEnvironment('PATH') ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', ...postgres]
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** Finds a program that must be there. */
export function getProgram(name: string): string {
  const path = findProgram(name)
  if (path === undefined) throw new Error(`${name} is not installed`)
  return path
}

/** Waits until `probe` returns true; errors count as false. */
export async function waitUntil(what: string, probe: () => Promise<boolean>, maxSeconds = 120): Promise<void> {
  const end = Date.now() + maxSeconds * 1000
  for (;;) {
    if (await probe().catch(() => false)) return
    if (Date.now() > end) throw new Error(`${what}: not after ${maxSeconds} s`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
