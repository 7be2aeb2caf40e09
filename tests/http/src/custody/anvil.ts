import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** A local EVM chain that mines every transaction immediately by default. */
export interface Anvil {
  readonly url: string
  readonly chainId: number
  /** Calls a method over JSON-RPC. */
  readonly rpc: (method: string, ...params: readonly unknown[]) => Promise<unknown>
  /** Stops the process. */
  readonly stop: () => Promise<void>
  /** Kills the process with SIGKILL. */
  readonly kill: () => Promise<void>
  /** Restarts the process at the same port. */
  readonly start: () => Promise<void>
}

const script = join(dirname(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json')), 'bin.mjs')

/** Starts Anvil on a free port. */
export async function startAnvil(options: readonly string[] = []): Promise<Anvil> {
  const chainId = 31_337
  let running: Running = await launch(0, options)
  const url = `http://127.0.0.1:${running.port}`
  return {
    url,
    chainId,
    rpc: (method, ...params) => callNode(url, method, params),
    stop: () => running.end('SIGINT'),
    kill: () => running.end('SIGKILL'),
    start: async () => {
      running = await launch(running.port, options)
    },
  }
}

interface Running {
  readonly port: number
  readonly end: (signal: 'SIGINT' | 'SIGKILL') => Promise<void>
}

/** In its own process group, since the script starts the program as a child. */
async function launch(port: number, options: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [script, '--port', String(port), ...options], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const end = async (signal: 'SIGINT' | 'SIGKILL'): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, signal)
    await exited
  }
  return { port: await listeningPort(child), end }
}

function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      if (text.length < 100_000) text += chunk.toString()
      const port = /Listening on [\d.]+:(\d+)/.exec(text)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`Anvil ended: ${text.slice(-500)}`)))
  })
}

/**
 * Saves the chain in a file for `--state`: blocks and balances, without pending transactions. Only while no block is mined:
 * Anvil reads the blocks before the balances, so a transaction mined in between would have moved funds without a receipt.
 * Anvil's own dump at exit has the same race.
 */
export async function saveState(anvil: Anvil, file: string): Promise<void> {
  const state = String(await anvil.rpc('anvil_dumpState'))
  await writeFile(file, gunzipSync(Buffer.from(state.slice(2), 'hex')))
}

async function callNode(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } }
  if (error !== undefined) throw new Error(error.message)
  return result
}
