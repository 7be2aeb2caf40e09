import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { memoryStorage } from '@billfold/core'
import { createRegistryServices } from '@billfold/core/dids'
import { migrate } from '@billfold/storage-kysely'
import type { TestDatabase } from '@billfold/test-databases'
import { changesForWallet, ownerForWallet } from './configure-wallets.ts'
import type { DeployedRegistry } from './deployed-registry.ts'

const program = fileURLToPath(new URL('../../dist/did-registries/configure-process.js', import.meta.url))

/**
 * Two processes that share a database and a payer configure the same wallets concurrently, one from each end. One is killed
 * after a few steps and restarted. Asserts that every step was made once and the payer's nonces have no gap.
 */
export async function configureInTwoProcesses(
  database: TestDatabase,
  deployed: DeployedRegistry,
  wallets: number,
): Promise<{ readonly steps: number; readonly milliseconds: number }> {
  assert.ok(existsSync(program), 'run `npm run build` first: the processes run as they were built')
  const { dialect } = database
  const fresh = await database.create()
  await migrate(fresh.connect(), { dialect })
  const run = crypto.randomUUID().slice(0, 8)
  const before = await deployed.provider.getTransactionCount(deployed.payerAddress)
  const startedAt = performance.now()
  const start = (order: 'forwards' | 'backwards', killAfter = Number.POSITIVE_INFINITY): Promise<'done' | 'killed'> =>
    runProcess(
      [
        dialect,
        fresh.url ?? '',
        deployed.anvil.url,
        String(deployed.anvil.chainId),
        deployed.contract,
        Buffer.from(deployed.payerKey).toString('hex'),
        run,
        String(wallets),
        order,
      ],
      killAfter,
    )
  const [first, second] = await Promise.all([start('forwards'), start('backwards', wallets)])
  assert.deepEqual([first, second], ['done', 'killed'])
  assert.equal(await start('backwards'), 'done')
  const milliseconds = performance.now() - startedAt
  const steps = await assertEachStepOnce(deployed, run, wallets, before)
  await fresh.drop()
  return { steps, milliseconds }
}

/** Asserts that the chain has each change of the wallets of a run once, and no nonce gap. Returns the number of steps. */
export async function assertEachStepOnce(
  deployed: DeployedRegistry,
  run: string,
  wallets: number,
  before: number,
): Promise<number> {
  const registry = deployed.connect()
  const services = createRegistryServices({ storage: memoryStorage() })
  for (let index = 0; index < wallets; index++) {
    const { events } = await registry.getHistory(services, 'default', ownerForWallet(run, index).address)
    assert.deepEqual(
      events.map(({ kind }) => kind),
      changesForWallet(run, index).map(({ kind }) => kind),
    )
  }
  const { provider, payerAddress } = deployed
  const steps = wallets * changesForWallet(run, 0).length
  assert.equal(await provider.getTransactionCount(payerAddress), before + steps)
  assert.equal(await provider.getTransactionCount(payerAddress, 'pending'), before + steps)
  return steps
}

function runProcess(args: readonly string[], killAfter: number): Promise<'done' | 'killed'> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let steps = 0
    let complaints = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      steps += text.split('\n').length - 1
      if (steps >= killAfter) child.kill('SIGKILL')
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve('killed')
      else if (code === 0) resolve('done')
      else reject(new Error(`the process ended with ${code}: ${complaints}`))
    })
  })
}
