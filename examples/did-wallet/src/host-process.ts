import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { LocalChain } from './local-chain.ts'
import { waitForOutput } from './wait-for-output.ts'

/** The example host in a process of its own, with its DIDs on a chain. */
export interface HostProcess {
  /** Calls the DID API with the demo credentials. */
  readonly call: (method: string, path: string, body?: object, headers?: Record<string, string>) => Promise<Reply>
  readonly stop: () => Promise<void>
}

/** The fields of the DID API's replies that this example uses. */
interface Reply {
  readonly wallet: { readonly did: string; readonly alias: string }
  readonly token: string
}

const program = join(
  dirname(createRequire(import.meta.url).resolve('@billfold/example-host/package.json')),
  'dist/main.js',
)

/** Starts the host and waits until it is ready. */
export async function startHost(chain: LocalChain): Promise<HostProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'billfold-did-wallet-'))
  const port = await freePort()
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    env: {
      PORT: String(port),
      DATA_DIR: folder,
      DID_RPC_URL: chain.rpcUrl,
      DID_CHAIN_ID: String(chain.chainId),
      DID_CONTRACT: chain.contract,
      DID_PAYER_KEY: chain.payerKey,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await waitForOutput(child.stdout, 'Billfold is ready')
  const { serviceKey } = credentialsIn(folder)
  const authorization = `Basic ${Buffer.from(`${serviceKey.keyId}:${serviceKey.keySecret}`).toString('base64')}`
  return {
    call: async (method, path, body, headers = {}) => {
      const response = await fetch(`http://127.0.0.1:${port}/dids${path}`, {
        method,
        headers: { authorization, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
      return JSON.parse(await response.text())
    },
    stop: async () => {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The demo credentials that the host wrote on its first start. */
function credentialsIn(folder: string): {
  readonly serviceKey: { readonly keyId: string; readonly keySecret: string }
} {
  return JSON.parse(readFileSync(join(folder, 'credentials.json'), 'utf8'))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was assigned')
  return address.port
}
