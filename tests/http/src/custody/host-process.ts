import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createCustodyCaller, type TransactingHost } from './transacting-host.ts'

const program = fileURLToPath(new URL('../../dist/custody/transacting-process.js', import.meta.url))

/** A host in a process of its own. */
export interface HostProcess extends Pick<TransactingHost, 'call'> {
  /** Kills the process with SIGKILL. */
  readonly kill: () => Promise<void>
}

/** Starts a host in a process of its own. @param key of the keyring. @param args of `transacting-process` */
export function startHostProcess(key: string, args: readonly string[]): Promise<HostProcess> {
  return connectTo(
    spawn(process.execPath, [program, ...args], { env: { BILLFOLD_KEY: key }, stdio: ['ignore', 'pipe', 'inherit'] }),
  )
}

/** Waits until the host in a process says where it listens. @param child prints one line of JSON. @throws Error if it ends first */
export async function connectTo(child: ChildProcess): Promise<HostProcess> {
  if (child.stdout === null) throw new Error('The process has no output')
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([once(lines, 'line').then(String), exited.then(() => undefined)])
  if (line === undefined) throw new Error(`The process ended with ${child.exitCode}`)
  const { port, authorization } = JSON.parse(line)
  return {
    call: createCustodyCaller(port, authorization),
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
