import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** A local EVM chain that mines every transaction at once, unless it is told otherwise. */
export interface Anvil {
  readonly url: string
  readonly chainId: number
  /** Calls a method over JSON-RPC. */
  readonly rpc: (method: string, ...params: readonly unknown[]) => Promise<unknown>
  /** Ends the process. With a state file the chain is kept, but not what waits to be mined. */
  readonly stop: () => Promise<void>
  /** Starts it again at the same port. */
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
    stop: () => running.end(),
    start: async () => {
      running = await launch(running.port, options)
    },
  }
}

interface Running {
  readonly port: number
  readonly end: () => Promise<void>
}

/** In a process group of its own, since the script starts the program as its child. */
async function launch(port: number, options: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [script, '--port', String(port), ...options], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const end = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGINT')
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

async function callNode(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } }
  if (error !== undefined) throw new Error(error.message)
  return result
}
