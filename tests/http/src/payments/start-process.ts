import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Cluster } from '@billfold/storage-kysely'

/** A host in its own process. */
export interface HostProcess {
  readonly port: number
  /** Kills the process with SIGKILL and waits for its exit. */
  readonly kill: () => Promise<void>
}

/** The arguments of a host process. */
export interface ProcessOptions {
  /** The built file of the host, relative to `dist`. Default: `payments/host-process.js`. */
  readonly file?: string
  readonly dialect: string
  readonly url: string
  readonly rootKey: string
  readonly cluster?: Cluster
  /** Pipelines commits on the pool of PostgreSQL. */
  readonly pipelines?: boolean
}

const built = new URL('../../dist/', import.meta.url)

/** Starts the built host and waits until it listens; retries if it exits first, since its database may be unavailable. */
export async function startProcess(options: ProcessOptions): Promise<HostProcess> {
  const { file = 'payments/host-process.js' } = options
  const main = fileURLToPath(new URL(file, built))
  const end = Date.now() + 120_000
  for (;;) {
    const { dialect, url, rootKey, cluster = '', pipelines = false } = options
    const child = spawn(process.execPath, [main, dialect, url, rootKey, cluster, String(pipelines)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const port = await listening(child)
    if (typeof port === 'number') return { port, kill: () => kill(child) }
    if (Date.now() > end) throw new Error(`the host does not start: ${port}`)
  }
}

/** Returns the port, or the output of a process that exited first. */
function listening(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    let output = ''
    const hear = (chunk: Buffer): void => {
      output += chunk.toString()
      const port = /^listening (\d+)$/m.exec(output)?.[1]
      if (port !== undefined) resolve(Number(port))
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', () => resolve(output))
  })
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
