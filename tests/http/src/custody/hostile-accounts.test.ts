import { memoryStorage } from '@billfold/core'
import { Wallet, ZeroAddress } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { decodeClaims, sendOnboardingRequest } from '../onboarding/applicant.ts'
import { createOnboardingHost, type OnboardingHost } from '../onboarding/onboarding-host.ts'
import { type Anvil, startAnvil } from './anvil.ts'
import { createContractAccount, deploy, wrapSignature } from './contract-accounts.ts'
import { callCustody, createCustodyHost, type CustodyHost } from './custody-host.ts'
import { evmConnections } from './evm-connections.ts'

/** Returns the magic value of ERC-1271, as its 32 bytes and as many zeros as make up the length. */
const returnsMagic = (length = '20'): string => `631626ba7e60e01b60005260${length}6000f3`

/** Programs that try to do more than to answer, before they say that any signature is valid. */
const withSideEffects = {
  'stores a word': `6001600055${returnsMagic()}`,
  'stores a transient word': `600160005d${returnsMagic()}`,
  'emits a log': `60006000a0${returnsMagic()}`,
  'deploys a contract': `600060006000f050${returnsMagic()}`,
  'sends its coins away': `600060006000600060013361fffff150${returnsMagic()}`,
  'destroys itself': `33ff`,
} as const

const precompile = (number: number): string => `0x${number.toString(16).padStart(40, '0')}`

/** A program that returns so much that each byte costs gas, and as its first word the magic value. */
const returnsMegabyte = '631626ba7e60e01b600052620fffff6000f3'
/** Calls itself until the gas is used up. */
const recurses = '6000600060006000305afa00'

describe.each(evmConnections)('a hostile contract account, over $name,', ({ connect }) => {
  let anvil: Anvil
  let custody: CustodyHost
  let onboarding: OnboardingHost

  beforeAll(async () => {
    anvil = await startAnvil()
    const chainClients = { ETHEREUM: connect(anvil, 60_000) }
    custody = await createCustodyHost(memoryStorage(), 'default', { chainClients })
    const site = { domain: 'example.com', uri: 'https://example.com/login', chainIds: [anvil.chainId] }
    const options = { messageFormat: 'eip4361', site } as const
    onboarding = await createOnboardingHost(memoryStorage(), options, { custody: { chainClients } })
  })

  afterAll(async () => {
    await onboarding.drop()
    await anvil.stop()
  })

  const verify = async (walletAddress: string, signature: string) => {
    const body = { secretType: 'ETHEREUM', signature, walletAddress, data: 'hello' }
    const driver = inMemoryDriver(custody.billfold.custody)
    const { status, result } = await callCustody(
      driver,
      custody.authorization,
      'POST',
      '/api/signatures/verification',
      body,
    )
    return { status, isValid: result?.isValid }
  }
  const logIn = async (address: string, sign: (text: string) => Promise<string>, between = async () => {}) => {
    const driver = inMemoryDriver(onboarding.billfold.onboarding)
    const { body } = await sendOnboardingRequest(driver, 'GET', `/auth/challenge/${address}`)
    const signature = await sign(body.message)
    await between()
    const headers = { authorization: `Bearer ${body.jwt}` }
    const json = { signature, message: body.message }
    const reply = await sendOnboardingRequest(driver, 'POST', '/auth/challenge', { headers, json })
    return { status: reply.status, sub: reply.status === 200 ? decodeClaims(reply.body.jwt)['sub'] : undefined }
  }
  const signature = `0x${'ab'.repeat(65)}`
  const codeOf = (address: string) => anvil.rpc('eth_getCode', address, 'latest')
  const refused = { status: 200, isValid: false }

  it.each(Object.entries(withSideEffects))('that %s is refused, and has done nothing', async (_what, runtime) => {
    const address = await deploy(anvil, runtime)
    await anvil.rpc('anvil_setBalance', address, '0x5')
    const block = await anvil.rpc('eth_blockNumber')
    expect(await verify(address, signature)).toEqual(refused)
    expect(await verify(address, wrapSignature(address, '0x', signature))).toEqual(refused)
    expect((await logIn(address, async () => signature)).status).toBe(401)
    expect(await codeOf(address)).toBe(`0x${runtime}`)
    expect(await anvil.rpc('eth_getStorageAt', address, '0x0', 'latest')).toBe(`0x${'0'.repeat(64)}`)
    expect(await anvil.rpc('eth_getBalance', address, 'latest')).toBe('0x5')
    expect(await anvil.rpc('eth_blockNumber')).toBe(block)
  })

  it('that calls itself without end is refused', async () => {
    const address = await deploy(anvil, recurses)
    expect(await verify(address, signature)).toEqual(refused)
    expect((await logIn(address, async () => signature)).status).toBe(401)
  })

  it('that returns a megabyte after the magic value speaks for itself, and only its first word is read', async () => {
    for (const runtime of [returnsMagic('ff'), returnsMegabyte]) {
      const address = await deploy(anvil, runtime)
      expect(await verify(address, signature)).toEqual({ status: 200, isValid: true })
      const { sub } = await logIn(address, async () => signature)
      expect(sub).toBe(`eip155:${anvil.chainId}:${address.toLowerCase()}`)
    }
  })

  it('does nothing by the call that should deploy it (ERC-6492)', async () => {
    const stores = await deploy(anvil, '600160005500')
    const pays = await deploy(anvil, '600060006000600060013361fffff100')
    const destroys = await deploy(anvil, '33ff')
    await anvil.rpc('anvil_setBalance', pays, '0x5')
    const victim = await createContractAccount(anvil)
    await victim.deploy()
    const code = await codeOf(victim.address)
    for (const factory of [stores, pays, destroys, victim.address, ZeroAddress, precompile(2), precompile(4)])
      for (const account of [victim.address, stores, Wallet.createRandom().address])
        expect(await verify(account, wrapSignature(factory, '0xffffffff', signature))).toEqual(refused)
    expect(await anvil.rpc('eth_getStorageAt', stores, '0x0', 'latest')).toBe(`0x${'0'.repeat(64)}`)
    expect(await anvil.rpc('eth_getBalance', pays, 'latest')).toBe('0x5')
    expect(await codeOf(victim.address)).toBe(code)
    expect(await codeOf(destroys)).toBe('0x33ff')
  })

  it('is asked by one call that loops as often as a caller sends it, and other accounts are verified meanwhile', async () => {
    const looping = await deploy(anvil, '5b600056')
    const honest = await createContractAccount(anvil)
    await honest.deploy()
    const own = await honest.sign('hello')
    const attacks = Array.from({ length: 20 }, () => verify(looping, wrapSignature(looping, '0x', signature)))
    expect(await verify(honest.address, own)).toEqual({ status: 200, isValid: true })
    expect(await Promise.all(attacks)).toEqual(attacks.map(() => refused))
  })

  it('that has another owner by the time of the answer is asked as it is then', async () => {
    const [account, thief] = [await createContractAccount(anvil), await createContractAccount(anvil)]
    await Promise.all([account.deploy(), thief.deploy()])
    const upgrade = async () => {
      await anvil.rpc('anvil_setCode', account.address, await codeOf(thief.address))
    }
    expect((await logIn(account.address, account.sign)).status).toBe(200)
    expect((await logIn(account.address, account.sign, upgrade)).status).toBe(401)
    expect((await logIn(account.address, thief.sign)).status).toBe(200)
    await anvil.rpc('anvil_setCode', account.address, '0x')
    expect((await logIn(account.address, thief.sign)).status).toBe(401)
  })

  it('to which a plain account is delegated (EIP-7702) signs in as an account of its chain, not as the key', async () => {
    const key = Wallet.createRandom()
    const hostile = await deploy(anvil, returnsMagic())
    const plain = await logIn(key.address, (text) => key.signMessage(text))
    expect(plain.status).toBe(200)
    await anvil.rpc('anvil_setCode', key.address, `0xef0100${hostile.slice(2).toLowerCase()}`)
    const delegated = await logIn(key.address, async () => signature)
    expect(delegated.sub).toBe(`eip155:${anvil.chainId}:${key.address.toLowerCase()}`)
    expect(delegated.sub).not.toBe(plain.sub)
    expect(await logIn(key.address, (text) => key.signMessage(text))).toEqual(plain)
    // A delegation to a contract that does not exist, or to itself, is no account.
    for (const delegate of [Wallet.createRandom().address, key.address]) {
      await anvil.rpc('anvil_setCode', key.address, `0xef0100${delegate.slice(2).toLowerCase()}`)
      expect((await logIn(key.address, async () => signature)).status).toBe(401)
    }
  })
})
