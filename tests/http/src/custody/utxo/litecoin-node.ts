import { bitcoinCoreChainClient, type UtxoBlockClient, utxoNetworks } from '@billfold/core'
import type { Network } from 'bitcoinjs-lib'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { UtxoNode } from './utxo-node.ts'

/** Addresses and keys of Litecoin's regtest mode. */
export const litecoinRegtest: Network = {
  messagePrefix: '\u0019Litecoin Signed Message:\n',
  bech32: 'rltc',
  bip32: { public: 0x04_35_87_cf, private: 0x04_35_83_94 },
  pubKeyHash: 0x6f,
  scriptHash: 0x3a,
  wif: 0xef,
}

const found = z.object({ hex: z.string(), confirmations: z.number().default(0) })

// oxlint-disable-next-line node/no-process-env -- as the test databases
const program = process.env['BILLFOLD_TEST_LITECOIND'] ?? '/usr/bin/litecoind'

/** True if the machine has Litecoin Core: at `BILLFOLD_TEST_LITECOIND`, or where Debian's package `litecoind` installs it. */
export const hasLitecoind: boolean = existsSync(program)

/** Starts Litecoin Core, where the machine has it; otherwise empty. */
export const litecoinNodes: readonly (() => Promise<UtxoNode>)[] = hasLitecoind ? [startLitecoinNode] : []

/** Creates a client of Litecoin Core in regtest mode, started with `-mempoolreplacement`. */
export function createLitecoinClient(url: string, options: { readonly wallet?: string } = {}): UtxoBlockClient {
  const network = { ...utxoNetworks['litecoin-regtest'], allowsReplacement: true }
  return bitcoinCoreChainClient({ url, network, timeoutMs: 60_000, ...options })
}

/** Starts Litecoin Core in regtest mode, whose JSON-RPC is that of Bitcoin Core 0.21, with a wallet that has coins. */
export async function startLitecoinNode(): Promise<UtxoNode> {
  const folder = await mkdtemp(join(tmpdir(), 'billfold-litecoin-'))
  const port = await freePort()
  const url = `http://billfold:regtest@127.0.0.1:${port}`
  const rpc = <T>(method: string, params: readonly unknown[] = [], path = ''): Promise<T> =>
    callRpc(port, path, method, params)
  let child = await launch(folder, port, rpc)
  await rpc('createwallet', ['miner'])
  await rpc('createwallet', ['billfold', true])
  const reward = await rpc<string>('getnewaddress', [], '/wallet/miner')
  const mine = (blocks: number): Promise<unknown> => rpc('generatetoaddress', [blocks, reward])
  await mine(130)
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
  return {
    name: 'Litecoin Core',
    secretType: 'LITECOIN',
    network: litecoinRegtest,
    url,
    clients: {
      'a scan of the UTXO set': () => createLitecoinClient(url),
      'a watch-only wallet': () => createLitecoinClient(url, { wallet: 'billfold' }),
    },
    fund: async (address, amounts) => {
      // One transaction pays an address once.
      for (const amount of amounts) await rpc('sendtoaddress', [address, Number(amount) / 1e8], '/wallet/miner')
      await mine(1)
      // Writes the chain to the disk, which a killed node reads again.
      await rpc('gettxoutsetinfo')
    },
    mine: async (blocks = 1) => {
      await mine(blocks)
    },
    undoBlocks: async (count) => {
      const height = await rpc<number>('getblockcount')
      await rpc('invalidateblock', [await rpc('getblockhash', [height - count + 1])])
    },
    find: async (txid) => {
      try {
        return found.parse(await rpc('getrawtransaction', [txid, true]))
      } catch {
        return undefined
      }
    },
    receivedBy: (address) => createLitecoinClient(url).balance(address),
    mempool: () => rpc('getrawmempool'),
    kill: () => end('SIGKILL'),
    start: async () => {
      child = await launch(folder, port, rpc)
      await rpc('loadwallet', ['miner'])
      await rpc('loadwallet', ['billfold'])
    },
    close: async () => {
      // Nothing reads the folder again; an orderly end takes four seconds.
      await end('SIGKILL')
      await rm(folder, { recursive: true })
    },
  }
}

async function launch(folder: string, port: number, rpc: (method: string) => Promise<unknown>): Promise<ChildProcess> {
  const options = [
    '-regtest',
    `-datadir=${folder}`,
    `-rpcport=${port}`,
    '-rpcuser=billfold',
    '-rpcpassword=regtest',
    '-listen=0',
    '-dnsseed=0',
    '-txindex=1',
    '-fallbackfee=0.0002',
    '-persistmempool=0',
    // A new wallet makes its keys in advance, by default a thousand, each written to the disk: five seconds.
    '-keypool=10',
    '-mempoolreplacement=1',
    '-rpcthreads=16',
    '-rpcworkqueue=256',
  ]
  const child = spawn(program, options, { stdio: 'ignore' })
  for (;;) {
    if (child.exitCode !== null) throw new Error('Litecoin Core ended')
    try {
      await rpc('getblockcount')
      return child
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

const reply = z.object({ result: z.unknown(), error: z.object({ code: z.number(), message: z.string() }).nullable() })

async function callRpc<T>(port: number, path: string, method: string, params: readonly unknown[]): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('billfold:regtest').toString('base64')}` },
    body: JSON.stringify({ method, params }),
  })
  const { result, error } = reply.parse(await response.json())
  if (error !== null) throw new Error(`${method}: ${error.message}`)
  return result as T
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}
