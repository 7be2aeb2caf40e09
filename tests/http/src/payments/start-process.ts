import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A host in a process of its own. */
export interface HostProcess {
  readonly port: number
  /** kill -9, and waits until it is gone. */
  readonly kill: () => Promise<void>
}

/** What a host process needs to know. */
export interface ProcessOptions {
  readonly dialect: string
  readonly url: string
  readonly rootKey: string
}

const main = fileURLToPath(new URL('../../dist/payments/host-process.js', import.meta.url))

/** Starts the built host and waits until it listens; tries again where it ends before, since its database may be away. */
export async function startProcess(options: ProcessOptions): Promise<HostProcess> {
  const end = Date.now() + 120_000
  for (;;) {
    const child = spawn(process.execPath, [main, options.dialect, options.url, options.rootKey], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const port = await listening(child)
    if (typeof port === 'number') return { port, kill: () => kill(child) }
    if (Date.now() > end) throw new Error(`the host does not start: ${port}`)
  }
}

/** The port, or what the process said before it ended. */
function listening(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    let said = ''
    const hear = (chunk: Buffer): void => {
      said += chunk.toString()
      const port = /^listening (\d+)$/m.exec(said)?.[1]
      if (port !== undefined) resolve(Number(port))
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', () => resolve(said))
  })
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
