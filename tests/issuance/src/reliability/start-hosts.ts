import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { CredentialHostConfiguration } from './credential-host.ts'

/** Processes of a host, and their ports. */
export interface HostProcesses {
  readonly ports: readonly number[]
  readonly close: () => Promise<void>
}

const main = fileURLToPath(new URL('../../dist/reliability/host-process.js', import.meta.url))

/** Starts processes of the built host, and waits until all listen. */
export async function startHosts(
  count: number,
  url: string,
  configuration: CredentialHostConfiguration,
): Promise<HostProcesses> {
  const folder = mkdtempSync(join(tmpdir(), 'billfold-credentials-'))
  const file = join(folder, 'configuration.json')
  // Not among the arguments, which every user of the machine can read.
  writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 })
  const processes = Array.from({ length: count }, () =>
    fork(main, [url, file], { execArgv: ['--disable-warning=ExperimentalWarning'] }),
  )
  const close = async () => {
    await Promise.all(processes.map(end))
    rmSync(folder, { recursive: true })
  }
  try {
    return { ports: await Promise.all(processes.map(listening)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function listening(child: ChildProcess): Promise<number> {
  const ended = new AbortController()
  const port = once(child, 'message', { signal: ended.signal })
  child.once('exit', () => ended.abort(new Error('a process of the host has ended')))
  return z
    .tuple([z.int().positive()])
    .rest(z.unknown())
    .parse(await port)[0]
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
