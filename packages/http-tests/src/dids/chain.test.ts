import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStorage } from '@billfold/core'
import type { DidRegistry } from '@billfold/core/dids'
import { openTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DeployedRegistry, deployRegistry } from '../did-registries/deployed-registry.ts'
import { resolveIndependently } from '../did-registries/independent-resolver.ts'
import { configureAll, makeWallets, threeChanges } from './configure-many.ts'
import type { DidCaller } from './did-caller.ts'
import { didHost, outsider } from './did-host.ts'
import { payerHistory } from './payer-history.ts'
import { callerOf, twoDidHosts } from './two-did-hosts.ts'

const chains = [
  { name: 'a chain with fees', anvil: [], settings: {}, payerHasFunds: true },
  {
    name: 'a chain without fees, by a payer without funds',
    anvil: ['--gas-price', '0', '--block-base-fee-per-gas', '0'],
    settings: { fees: { gasPrice: 0n } },
    payerHasFunds: false,
  },
] as const

describe.each(chains)('wallets on $name', ({ anvil, settings, payerHasFunds }) => {
  let chain: DeployedRegistry
  beforeAll(async () => {
    // The chain outlives its node.
    const state = join(mkdtempSync(join(tmpdir(), 'billfold-chain-')), 'state.json')
    chain = await deployRegistry([...anvil, '--state', state])
    if (!payerHasFunds) await chain.anvil.rpc('anvil_setBalance', chain.payerAddress, '0x0')
  })
  afterAll(() => chain.close())

  async function hostWith(registry: DidRegistry): Promise<DidCaller> {
    return callerOf(await didHost(memoryStorage(), { dids: { registries: [registry] } }))
  }

  it('are configured without a balance of their own, and resolve to what an independent resolver says', async () => {
    const caller = await hostWith(chain.connect(settings))
    const owner = outsider('ethr:development')
    const txsInput = [
      { newOwner: owner.did },
      { service: { name: 'Agent', value: 'https://agent.example', validity: 3_600_000 } },
      { delegate: { validity: 0 } },
    ]
    const { status, body } = await caller.call('POST', '/wallet', {
      walletConfig: { didMethod: 'ethr:development', txsInput },
    })
    expect([status, body.steps?.length], JSON.stringify(body)).toEqual([200, 3])
    const { did, ethereumAddress } = body.wallet
    expect(await chain.provider.getBalance(ethereumAddress)).toBe(0n)
    const ours = (await caller.call('GET', `/1.0/identifiers/${did}`)).body.didDocument
    expect(ours).toEqual((await resolveIndependently(chain, did)).didDocument)
    expect(ours.service).toHaveLength(1)
    expect(ours.verificationMethod).toHaveLength(2)
    expect(ours.verificationMethod[0].blockchainAccountId.toLowerCase()).toContain(owner.address)
  })

  it('of which a change waits in the node go on when it is made, and nothing is made twice', async () => {
    let minings = 0
    const registry = chain.connect({ ...settings, receiptMilliseconds: 1000 })
    const caller = await hostWith({
      ...registry,
      submit: async (...handedIn) => {
        if (++minings === 2) await stopMining(chain)
        return registry.submit(...handedIn)
      },
    })
    const did = (await makeWallets(caller, 1))[0] ?? ''
    const request = { wallet: { did }, walletConfig: { txsInput: threeChanges } }
    const before = (await payerHistory(chain)).transactions
    const stopped = await caller.asWallet(did, 'POST /wallet/configure', request)
    expect(stopped.status, JSON.stringify(stopped.body)).toBe(503)
    expect(stopped.body.steps.map(({ state }: { state: string }) => state)).toEqual(['mined', 'sent', 'waiting'])
    await startMining(chain)
    await expectFinished(caller, did, request, before)
  })

  it('whose node died between two steps are finished when it is back, and nothing is made twice', async () => {
    const registry = chain.connect(settings)
    let submissions = 0
    const caller = await hostWith({
      ...registry,
      submit: async (...handedIn) => {
        if (++submissions === 2) await chain.anvil.stop()
        return registry.submit(...handedIn)
      },
    })
    const did = (await makeWallets(caller, 1))[0] ?? ''
    const request = { wallet: { did }, walletConfig: { txsInput: threeChanges } }
    const before = (await payerHistory(chain)).transactions
    const stopped = await caller.asWallet(did, 'POST /wallet/configure', request)
    expect([stopped.status, stopped.body.errorType]).toEqual([503, 'transaction.chain-unavailable'])
    expect(stopped.body.steps.map(({ state }: { state: string }) => state)).toEqual(['mined', 'failed', 'waiting'])
    await chain.anvil.start()
    await expectFinished(caller, did, request, before)
  })

  /** Three changes since then, each once, and a document that others agree on. */
  async function expectFinished(caller: DidCaller, did: string, request: object, before: number): Promise<void> {
    const finished = await caller.asWallet(did, 'POST /wallet/configure', request)
    expect(finished.status, JSON.stringify(finished.body)).toBe(200)
    const { transactions, changes, failed } = await payerHistory(chain)
    expect([transactions - before, failed]).toEqual([3, 0])
    expect(new Set(changes).size).toBe(changes.length)
    const ours = (await caller.call('GET', `/1.0/identifiers/${did}`)).body.didDocument
    expect(ours).toEqual((await resolveIndependently(chain, did)).didDocument)
  }
})

/** A node that takes transactions and puts them into no block. */
async function stopMining({ anvil }: DeployedRegistry): Promise<void> {
  await anvil.rpc('evm_setAutomine', false)
}

async function startMining({ anvil }: DeployedRegistry): Promise<void> {
  await anvil.rpc('evm_setAutomine', true)
  await anvil.rpc('evm_mine')
}

describe.each((await openTestDatabases()).filter(({ kind }) => kind === 'postgres'))(
  'two hosts with one payer on $name',
  (database) => {
    it('make every change once, and leave no gap in the nonces', { timeout: 120_000 }, async () => {
      const chain = await deployRegistry()
      const two = await twoDidHosts(database, { dids: { registries: [chain.connect()] } })
      const [one, other] = two.callers
      const dids = await makeWallets(one, 12)
      const statuses = await Promise.all([configureAll(one, dids.slice(0, 6)), configureAll(other, dids.slice(6))])
      expect(statuses.flat()).toEqual(dids.map(() => 200))
      const { transactions, changes, failed } = await payerHistory(chain)
      expect([transactions, changes.length, failed]).toEqual([36, 36, 0])
      expect(new Set(changes).size).toBe(36)
      await two.drop()
      await chain.close()
    })
  },
)
