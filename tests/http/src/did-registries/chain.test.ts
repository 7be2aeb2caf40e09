import { createBillfold, evmChainClient, type Storage, memoryStorage, newKey, localKeyring } from '@billfold/core'
import {
  checkRegistryContract,
  keyringPayer,
  type RegistryChange,
  createRegistryServices,
  resolveDid,
} from '@billfold/core/dids'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DeployedRegistry, deployRegistry } from './deployed-registry.ts'
import { resolveIndependently } from './independent-resolver.ts'
import { compareSequences } from './compare-sequences.ts'
import { applyChange, createOwner } from './did-owner.ts'

const service: RegistryChange = {
  kind: 'attribute',
  name: 'did/svc/Agent',
  value: Uint8Array.from(Buffer.from('https://agent.example')),
  validity: 86_400,
}

/** A service, a delegate and a new owner at the end, as in the API's document. */
const configuration: readonly RegistryChange[] = [
  service,
  { kind: 'delegate', delegateType: 'veriKey', delegate: createOwner().address, validity: 86_400 },
  { kind: 'owner', newOwner: createOwner().address },
]

const chains = [
  { name: 'with EIP-1559', options: [], fees: undefined, funds: true, type: 2 },
  { name: 'with one gas price', options: ['--hardfork', 'berlin'], fees: undefined, funds: true, type: 0 },
  {
    name: 'with free gas',
    options: ['--base-fee', '0', '--gas-price', '0'],
    fees: { gasPrice: 0n },
    funds: false,
    type: 0,
  },
] as const

describe.each(chains)('an unfunded identity on a chain $name', ({ options, fees, funds, type }) => {
  let deployed: DeployedRegistry
  beforeAll(async () => {
    deployed = await deployRegistry(options)
  }, 300_000)
  afterAll(() => deployed.close())

  it('is changed by the payer and resolves as by ethr-did-resolver', async () => {
    const { provider, payerAddress, anvil } = deployed
    if (!funds) await anvil.rpc('anvil_setBalance', payerAddress, '0x0')
    const registry = deployed.connect(fees === undefined ? {} : { fees })
    const services = createRegistryServices()
    const owner = createOwner()
    for (const change of configuration) {
      const { state, hash } = await applyChange(registry, services, owner, owner.address, change)
      expect(state).toBe('mined')
      expect((await provider.getTransaction(hash ?? ''))?.type).toBe(type)
    }
    expect(await provider.getBalance(owner.address)).toBe(0n)
    expect(await provider.getTransactionCount(owner.address)).toBe(0)
    expect(await provider.getTransactionCount(payerAddress)).toBe(configuration.length)

    const did = `did:ethr:0x7a69:${owner.address}`
    const theirs = await resolveIndependently(deployed, did)
    const ours = await resolveDid(services, [registry], 'default', did, version11)
    expect(ours.didDocument).toEqual(theirs.didDocument)
    expect(ours.didDocumentMetadata).toEqual(theirs.didDocumentMetadata)
    expect(ours.didDocument).toMatchObject({
      verificationMethod: [{ id: `${did}#controller` }, { id: `${did}#delegate-1` }],
      service: [{ type: 'Agent', serviceEndpoint: 'https://agent.example' }],
    })
    const ofSpherity = await resolveDid(services, [registry], 'default', `did:spherity:${owner.address}`, version11)
    const renamed = JSON.stringify(ofSpherity.didDocument).replaceAll('did:spherity:', 'did:ethr:0x7a69:')
    expect(JSON.parse(renamed)).toEqual(theirs.didDocument)
  }, 300_000)
})

const version11 = { format: 'ethr-did-resolver-11' } as const

describe('an operation on a chain', () => {
  let deployed: DeployedRegistry
  let folder: string
  const actor = { tenant: 'default', id: 'host' }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'billfold-registry-'))
    deployed = await deployRegistry(['--state', join(folder, 'state.json')])
  }, 300_000)
  afterAll(async () => {
    await deployed.close()
    await rm(folder, { recursive: true })
  })

  /** Signs an operation without broadcasting it, like a process that dies in between. */
  async function storeUnsent(storage: Storage, stepId: string, owner = createOwner()) {
    const { anvil } = deployed
    const client = evmChainClient({ url: anvil.url, chainId: anvil.chainId })
    const silent = { ...client, broadcast: () => Promise.reject(new Error('the process died here')) }
    const registry = deployed.connect({ client: silent, receiptTimeoutMs: 0 })
    const services = createRegistryServices({ storage })
    expect(await applyChange(registry, services, owner, owner.address, service, stepId)).toMatchObject({
      state: 'sent',
    })
    return owner
  }

  it('signed but not broadcast is broadcast once by the next status check', async () => {
    const storage = memoryStorage()
    const owner = await storeUnsent(storage, 'lost')
    const other = deployed.connect()
    const services = createRegistryServices({ storage })
    expect((await other.getHistory(services, 'default', owner.address)).events).toEqual([])
    await other.findOperationStatus(services, 'default', 'lost')
    const again = await applyChange(other, services, owner, owner.address, service, 'lost')
    expect(again.state).toBe('mined')
    expect((await other.getHistory(services, 'default', owner.address)).events).toHaveLength(1)
  })

  it('signed but not broadcast is broadcast by maintain()', async () => {
    const storage = memoryStorage()
    const owner = await storeUnsent(storage, 'maintained')
    const registry = deployed.connect()
    const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
    const now = (): number => Date.now() + 120_000
    const billfold = createBillfold({ storage, keyring, now, dids: { registries: [registry] } })
    await billfold.maintain()
    const services = createRegistryServices({ storage })
    await expect.poll(async () => (await registry.getHistory(services, 'default', owner.address)).events.length).toBe(1)
    expect(await registry.findOperationStatus(services, 'default', 'maintained')).toMatchObject({ state: 'mined' })
  }, 300_000)

  it("signed but not broadcast is broadcast before the payer's next one, without a nonce gap", async () => {
    const storage = memoryStorage()
    const first = await storeUnsent(storage, 'one')
    const services = createRegistryServices({ storage })
    const registry = deployed.connect()
    const second = createOwner()
    expect((await applyChange(registry, services, second, second.address, service)).state).toBe('mined')
    for (const { address } of [first, second])
      expect((await registry.getHistory(services, 'default', address)).events).toHaveLength(1)
    const [mined, pending] = await Promise.all(
      ['latest', 'pending'].map((block) => deployed.provider.getTransactionCount(deployed.payerAddress, block)),
    )
    expect(pending).toBe(mined)
  })

  it('is not repeated after a node failure, and the following ones continue', async () => {
    const storage = memoryStorage()
    const services = createRegistryServices({ storage })
    const registry = deployed.connect()
    const owner = createOwner()
    const take = (index: number): Promise<unknown> =>
      applyChange(registry, services, owner, owner.address, configuration[index] ?? service, `death-${index}`)
    const first = await take(0)
    await deployed.anvil.stop()
    await expect(take(1)).rejects.toMatchObject({ code: 'transaction.chain-unavailable' })
    await deployed.anvil.start()
    expect(await registry.findOperationStatus(services, 'default', 'death-1')).toBeUndefined()
    expect(await registry.findOperationStatus(services, 'default', 'death-0')).toEqual(first)
    expect(await take(1)).toMatchObject({ state: 'mined' })
    expect(await take(2)).toMatchObject({ state: 'mined' })
    const { events } = await registry.getHistory(services, 'default', owner.address)
    expect(events.map(({ kind }) => kind)).toEqual(['attribute', 'delegate', 'owner'])
  }, 300_000)

  it('fails for good without funds, and a new one succeeds after funding', async () => {
    const { anvil, provider } = deployed
    const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
    const payer = keyringPayer(keyring, 'k1')
    const registry = deployed.connect({ payer })
    const services = createRegistryServices()
    const owner = createOwner()
    const poor = await applyChange(registry, services, owner, owner.address, service, 'poor')
    expect(poor).toMatchObject({ state: 'failed', failureCode: 'transaction.insufficient-funds' })
    await anvil.rpc('anvil_setBalance', await payer.address(), '0xde0b6b3a7640000')
    expect(await applyChange(registry, services, owner, owner.address, service, 'poor')).toEqual(poor)
    expect(await applyChange(registry, services, owner, owner.address, service, 'rich')).toMatchObject({
      state: 'mined',
    })
    expect(await provider.getTransactionCount(await payer.address())).toBe(1)
    expect((await registry.getHistory(services, 'default', owner.address)).events).toHaveLength(1)
  })

  it('is posted to the allowed API host of the caller', async () => {
    const { anvil } = deployed
    const input: { rpcUrl: string; signedTxs: string[] }[] = []
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body: (typeof input)[number] = JSON.parse(Buffer.concat(chunks).toString())
        input.push(body)
        void anvil.rpc('eth_sendRawTransaction', body.signedTxs[0]).then(() => response.end('{}'))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const apiUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/v1`
    const client = evmChainClient({ url: anvil.url, chainId: anvil.chainId })
    const refuses = { ...client, broadcast: () => Promise.reject(new Error('the host must send it')) }
    const registry = deployed.connect({ client: refuses, apiHosts: { urls: [apiUrl], rpcUrl: 'https://node.example' } })
    const services = createRegistryServices()
    const owner = createOwner()
    const prepared = await registry.prepare(services, 'default', owner.address, service)
    const signature = owner.sign(prepared.digest)
    const state = await registry.submit(services, actor, 'posted', prepared, signature, { apiUrl })
    expect(state.state).toBe('mined')
    expect(input).toEqual([{ rpcUrl: 'https://node.example', signedTxs: [expect.stringMatching(/^0x[0-9a-f]+$/)] }])
    await new Promise((resolve) => server.close(resolve))
  })

  it('is rejected if the address has no registry contract', async () => {
    const registry = deployed.connect({ contract: createOwner().address })
    const owner = createOwner()
    await expect(registry.prepare(createRegistryServices(), 'default', owner.address, service)).rejects.toMatchObject({
      code: 'transaction.chain-unavailable',
    })
    const client = evmChainClient({ url: deployed.anvil.url, chainId: deployed.anvil.chainId })
    await expect(checkRegistryContract(client, owner.address)).rejects.toMatchObject({ code: 'did.not-a-registry' })
    await expect(checkRegistryContract(client, deployed.contract)).resolves.toBeUndefined()
  })
})

it('both registries resolve random sequences of changes as ethr-did-resolver does', async () => {
  const deployed = await deployRegistry()
  expect(await compareSequences(deployed, { count: 20, maxLength: 5 })).toBe(20)
  await deployed.close()
}, 300_000)
