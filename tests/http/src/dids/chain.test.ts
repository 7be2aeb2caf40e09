import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BillfoldError, memoryStorage } from '@billfold/core'
import { type DidRegistry, embeddedRegistry } from '@billfold/core/dids'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DeployedRegistry, deployRegistry } from '../did-registries/deployed-registry.ts'
import { resolveIndependently } from '../did-registries/independent-resolver.ts'
import { configureWallets, createWallets, threeChanges } from './configure-wallets.ts'
import type { DidClient } from './did-client.ts'
import { createDidHost, createExternalKey } from './did-host.ts'
import { readPayerHistory } from './payer-history.ts'
import { createInMemoryCustodyCaller, createInMemoryDidClient, createTwoDidHosts } from './two-did-hosts.ts'

const chains = [
  { name: 'a chain with fees', anvil: [], settings: {}, payerHasFunds: true },
  {
    name: 'a chain without fees, with an unfunded payer',
    anvil: ['--gas-price', '0', '--block-base-fee-per-gas', '0'],
    settings: { fees: { gasPrice: 0n } },
    payerHasFunds: false,
  },
] as const

describe.each(chains)('DID wallets on $name', ({ anvil, settings, payerHasFunds }) => {
  let chain: DeployedRegistry
  beforeAll(async () => {
    // The chain survives a restart of its node.
    const state = join(mkdtempSync(join(tmpdir(), 'billfold-chain-')), 'state.json')
    chain = await deployRegistry([...anvil, '--state', state])
    if (!payerHasFunds) await chain.anvil.rpc('anvil_setBalance', chain.payerAddress, '0x0')
  })
  afterAll(() => chain.close())

  async function hostWith(registry: DidRegistry): Promise<DidClient> {
    return createInMemoryDidClient(
      await createDidHost(memoryStorage(), {
        dids: { documentFormat: 'ethr-did-resolver-11', registries: [registry] },
      }),
    )
  }

  it('are updated without funds and resolve as by an independent resolver', async () => {
    const caller = await hostWith(chain.connect(settings))
    const owner = createExternalKey('ethr:development')
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

  // The following tests do not depend on fees.
  if (!payerHasFunds) return

  it('resume after a pending operation is mined, without duplicates', async () => {
    let minings = 0
    const registry = chain.connect({ ...settings, receiptTimeoutMs: 1000 })
    const caller = await hostWith({
      ...registry,
      submit: async (...handedIn) => {
        if (++minings === 2) await stopMining(chain)
        return registry.submit(...handedIn)
      },
    })
    const did = (await createWallets(caller, 1))[0] ?? ''
    const request = { wallet: { did }, walletConfig: { txsInput: threeChanges } }
    const before = (await readPayerHistory(chain)).transactions
    const stopped = await caller.callAsWallet(did, 'POST /wallet/configure', request)
    expect(stopped.status, JSON.stringify(stopped.body)).toBe(503)
    expect(stopped.body.steps.map(({ state }: { state: string }) => state)).toEqual(['mined', 'sent', 'waiting'])
    await startMining(chain)
    await expectFinished(caller, did, request, before)
  })

  it('resume after a node failure between two operations, without duplicates', async () => {
    const registry = chain.connect(settings)
    let submissions = 0
    const caller = await hostWith({
      ...registry,
      submit: async (...handedIn) => {
        if (++submissions === 2) await chain.anvil.stop()
        return registry.submit(...handedIn)
      },
    })
    const did = (await createWallets(caller, 1))[0] ?? ''
    const request = { wallet: { did }, walletConfig: { txsInput: threeChanges } }
    const before = (await readPayerHistory(chain)).transactions
    const stopped = await caller.callAsWallet(did, 'POST /wallet/configure', request)
    expect([stopped.status, stopped.body.errorType]).toEqual([503, 'transaction.chain-unavailable'])
    expect(stopped.body.steps.map(({ state }: { state: string }) => state)).toEqual(['mined', 'failed', 'waiting'])
    await chain.anvil.start()
    await expectFinished(caller, did, request, before)
  })

  /** Asserts three changes since `before`, each once, and an independently resolved document. */
  async function expectFinished(caller: DidClient, did: string, request: object, before: number): Promise<void> {
    const finished = await caller.callAsWallet(did, 'POST /wallet/configure', request)
    expect(finished.status, JSON.stringify(finished.body)).toBe(200)
    const { transactions, changes, failed } = await readPayerHistory(chain)
    expect([transactions - before, failed]).toEqual([3, 0])
    expect(new Set(changes).size).toBe(changes.length)
    const ours = (await caller.call('GET', `/1.0/identifiers/${did}`)).body.didDocument
    expect(ours).toEqual((await resolveIndependently(chain, did)).didDocument)
  }
})

/** Makes the node accept transactions without mining them. */
async function stopMining({ anvil }: DeployedRegistry): Promise<void> {
  await anvil.rpc('evm_setAutomine', false)
}

async function startMining({ anvil }: DeployedRegistry): Promise<void> {
  await anvil.rpc('evm_setAutomine', true)
  await anvil.rpc('evm_mine')
}

describe.each((await listTestDatabases()).filter(({ kind }) => kind === 'postgres'))(
  'two hosts with one payer on $name',
  (database) => {
    it('apply every change once without a nonce gap', { timeout: 300_000 }, async () => {
      const chain = await deployRegistry()
      const two = await createTwoDidHosts(database, {
        dids: { documentFormat: 'ethr-did-resolver-11', registries: [chain.connect()] },
      })
      const [one, other] = two.clients
      const dids = await createWallets(one, 6)
      const statuses = await Promise.all([
        configureWallets(one, dids.slice(0, 3)),
        configureWallets(other, dids.slice(3)),
      ])
      expect(statuses.flat()).toEqual(dids.map(() => 200))
      const { transactions, changes, failed } = await readPayerHistory(chain)
      expect([transactions, changes.length, failed]).toEqual([18, 18, 0])
      expect(new Set(changes).size).toBe(18)
      await two.drop()
      await chain.close()
    })
  },
)

const oneService = [{ service: { name: 'A', value: 'https://a.example' } }]

it('returns a wallet whose update could not start', async () => {
  let isDown = true
  const embedded = embeddedRegistry()
  const registry: DidRegistry = {
    ...embedded,
    identityOwner: async (...input) => {
      if (isDown) throw new BillfoldError('transaction.chain-unavailable')
      return embedded.identityOwner(...input)
    },
  }
  const { call, callAsWallet } = createInMemoryDidClient(
    await createDidHost(memoryStorage(), { dids: { documentFormat: 'ethr-did-resolver-11', registries: [registry] } }),
  )
  const { status, body } = await call('POST', '/wallet', { walletConfig: { txsInput: oneService } })
  expect([status, body.errorType]).toEqual([503, 'transaction.chain-unavailable'])
  expect((await call('GET', '/wallets')).body).toEqual({ wallets: [body.wallet] })
  isDown = false
  const { did } = body.wallet
  const repeated = await callAsWallet(did, 'POST /wallet/configure', {
    wallet: { did },
    walletConfig: { txsInput: oneService },
  })
  expect(repeated.status).toBe(200)
})

it('returns a wallet whose delegates exceed the user limit, with the error', async () => {
  const host = await createDidHost()
  const { call } = createInMemoryDidClient(host)
  const custody = createInMemoryCustodyCaller(host.billfold, host.authorization)
  const pin = { signingMethod: { type: 'PIN', value: '123456' } }
  const { id: userId, signingMethods } = (await custody('POST', '/api/users', pin)).body.result
  const headers = { 'signing-method': `${signingMethods[0].id}:123456` }
  for (let made = 0; made < 49; made++)
    expect((await call('POST', '/wallet', { wallet: { userId } }, headers)).status).toBe(200)
  const input = { wallet: { userId }, walletConfig: { txsInput: [{ delegate: {} }] } }
  const { status, body } = await call('POST', '/wallet', input, headers)
  expect([status, body.errorType, body.wallet?.userId]).toEqual([400, 'user.limit-reached', userId])
})

it('returns the state of a delayed owner change to the new owner', async () => {
  const embedded = embeddedRegistry()
  let isSlow = true
  const registry: DidRegistry = {
    ...embedded,
    submit: async (...handedIn) => {
      const state = await embedded.submit(...handedIn)
      return isSlow ? { state: 'sent' } : state
    },
  }
  const owner = createExternalKey()
  const { call, callWithKey } = createInMemoryDidClient(
    await createDidHost(memoryStorage(), { dids: { documentFormat: 'ethr-did-resolver-11', registries: [registry] } }),
  )
  const change = { txsInput: [{ newOwner: owner.did }] }
  const { status, body } = await call('POST', '/wallet', { walletConfig: change })
  expect([status, body.steps[0].state]).toEqual([503, 'sent'])
  isSlow = false
  const json = { wallet: { did: body.wallet.did }, walletConfig: change }
  const repeated = await callWithKey(owner, 'POST /wallet/configure', json)
  expect([repeated.status, repeated.body.steps?.[0].state]).toEqual([200, 'mined'])
})
