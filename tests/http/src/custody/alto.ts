import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { getCreateAddress } from 'ethers'
import type { Anvil } from './anvil.ts'
import { deployContract } from './contract-accounts.ts'
import { readBytecode } from './contract-artifacts.ts'
import { contracts } from './smart-account-contracts.ts'

/** The bundler of Pimlico, in a process of its own. It is licensed under the GPL, so that it is no dependency: npx fetches it. */
const alto = '@pimlico/alto@0.0.20'

/** Returns the name of the bundler if its suite is to run, with `BILLFOLD_TEST_BUNDLER=true`: npx then fetches 350 packages. */
export function requiredBundlers(): readonly string[] {
  // oxlint-disable-next-line node/no-process-env -- the setting of the suites
  return process.env['BILLFOLD_TEST_BUNDLER'] === 'true' ? ['Alto'] : []
}

/** A bundler that services run (ERC-4337), in a process of its own. */
export interface Alto {
  readonly url: string
  /** Kills the process with SIGKILL. What it had taken and not executed is lost. */
  readonly kill: () => Promise<void>
  /** Restarts the process at the same port. */
  readonly start: () => Promise<void>
}

/**
 * Starts the bundler on a free port, with accounts of Anvil that pay for bundles. `--safe-mode` needs a node that traces calls in
 * JavaScript, which Anvil does not.
 */
export async function startAlto(anvil: Anvil, options: readonly string[] = []): Promise<Alto> {
  await deploySenderCreator(anvil)
  const port = await findFreePort()
  const args = [
    ['--entrypoints', contracts.entryPoint],
    ['--rpc-url', anvil.url],
    ['--port', String(port)],
    ['--executor-private-keys', anvilKeys.slice(0, 2).join(',')],
    ['--utility-private-key', anvilKeys[2] ?? ''],
    ['--safe-mode', 'false'],
    ['--min-bundle-interval', '50'],
    ['--max-bundle-interval', '200'],
    ['--log-level', 'fatal'],
    options,
  ].flat()
  const url = `http://127.0.0.1:${port}`
  let child = await launch(args, url)
  return {
    url,
    kill: () => kill(child),
    start: async () => {
      child = await launch(args, url)
    },
  }
}

/**
 * Copies the contract that deploys accounts for the entry point to the address that it has on every chain, which Alto knows. The
 * entry point creates it in its constructor.
 */
async function deploySenderCreator(anvil: Anvil): Promise<void> {
  const from = await deployContract(anvil, readBytecode('entryPoint'))
  const code = await anvil.rpc('eth_getCode', getCreateAddress({ from, nonce: 1 }), 'latest')
  await anvil.rpc('anvil_setCode', '0xEFC2c1444eBCC4Db75e7613d20C6a62fF67A167C', code)
}

/** The keys of accounts 7 to 9 of Anvil, which anybody knows. */
const anvilKeys = [
  '0x4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356',
  '0xdbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97',
  '0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6',
]

async function launch(args: readonly string[], url: string): Promise<ChildProcess> {
  const child = spawn('npx', ['--yes', '--package', alto, 'alto', ...args], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const ended = once(child, 'exit').then(() => {
    throw new Error('Alto ended')
  })
  await Promise.race([untilHealthy(url), ended])
  ended.catch(() => undefined)
  return child
}

async function untilHealthy(url: string): Promise<void> {
  const isHealthy = (): Promise<boolean> =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isHealthy())) await new Promise((resolve) => setTimeout(resolve, 200))
}

/** With its process group, since npx starts the program as a child. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  process.kill(-child.pid, 'SIGKILL')
  await exited
}

function findFreePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
