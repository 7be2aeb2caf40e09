import { evmChainClient, memoryStorage } from '@billfold/core'
import { Signature, TypedDataEncoder, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { sendOnboardingRequest, decodeClaims } from '../onboarding/applicant.ts'
import { createOnboardingHost, type OnboardingHost } from '../onboarding/onboarding-host.ts'
import { type Anvil, startAnvil } from './anvil.ts'
import {
  type ContractAccount,
  createContractAccount,
  deploy,
  hostileAccounts,
  wrapSignature,
} from './contract-accounts.ts'
import { callCustody, createCustodyHost, type CustodyHost } from './custody-host.ts'

let anvil: Anvil
let deployed: ContractAccount
let counterfactual: ContractAccount
let custody: CustodyHost
let onboarding: OnboardingHost

beforeAll(async () => {
  anvil = await startAnvil()
  deployed = await createContractAccount(anvil)
  counterfactual = await createContractAccount(anvil)
  await deployed.deploy()
  const chainClients = { ETHEREUM: evmChainClient({ url: anvil.url, chainId: anvil.chainId }) }
  custody = await createCustodyHost(memoryStorage(), 'default', { chainClients })
  const site = { domain: 'example.com', uri: 'https://example.com/login', chainIds: [anvil.chainId, 5] }
  onboarding = await createOnboardingHost(
    memoryStorage(),
    { messageFormat: 'eip4361', site },
    { custody: { chainClients } },
  )
})

afterAll(async () => {
  await onboarding.drop()
  await anvil.stop()
})

const isValid = async (
  signature: string,
  walletAddress: string,
  more: object = { data: 'hello' },
): Promise<unknown> => {
  const body = { secretType: 'ETHEREUM', signature, walletAddress, ...more }
  const driver = inMemoryDriver(custody.billfold.custody)
  const { result } = await callCustody(driver, custody.authorization, 'POST', '/api/signatures/verification', body)
  return result.isValid
}

describe('the verification endpoint, for a contract account,', () => {
  it('takes a signature of the owner of a deployed account (ERC-1271)', async () => {
    const signature = await deployed.sign('hello')
    expect(await isValid(signature, deployed.address)).toBe(true)
    expect(await isValid(signature, deployed.address.toLowerCase())).toBe(true)
    expect(await isValid(await deployed.sign('bye'), deployed.address)).toBe(false)
    expect(await isValid(await counterfactual.sign('hello'), deployed.address)).toBe(false)
  })

  it('takes a signature of typed data', async () => {
    const types = { Mail: [{ name: 'text', type: 'string' }] }
    const data = TypedDataEncoder.getPayload({ name: 'Mail' }, types, { text: 'hello' }) as object
    const signature = await deployed.owner.signTypedData({ name: 'Mail' }, types, { text: 'hello' })
    expect(await isValid(signature, deployed.address, { type: 'EIP712', data })).toBe(true)
    expect(await isValid(signature, counterfactual.address, { type: 'EIP712', data })).toBe(false)
  })

  it('takes a signature with the call that deploys the account, and deploys nothing (ERC-6492)', async () => {
    expect(await isValid(await counterfactual.signCounterfactual('hello'), counterfactual.address)).toBe(true)
    expect(await isValid(await counterfactual.signCounterfactual('bye'), counterfactual.address)).toBe(false)
    expect(await isValid(await counterfactual.sign('hello'), counterfactual.address)).toBe(false)
    expect(await anvil.rpc('eth_getCode', counterfactual.address, 'latest')).toBe('0x')
  })

  it('takes a signature with the deploying call of an account that is deployed by now', async () => {
    expect(await isValid(await deployed.signCounterfactual('hello'), deployed.address)).toBe(true)
  })

  it('refuses a deploying call that deploys another account, or fails', async () => {
    expect(await isValid(await counterfactual.signCounterfactual('hello'), deployed.address)).toBe(false)
    const nowhere = wrapSignature(`0x${'11'.repeat(20)}`, '0x', await counterfactual.sign('hello'))
    expect(await isValid(nowhere, counterfactual.address)).toBe(false)
    const reverting = await deploy(anvil, hostileAccounts.reverts)
    expect(await isValid(wrapSignature(reverting, '0x', '0x'), counterfactual.address)).toBe(false)
  })

  it.each([
    ['only the suffix', `0x${'6492'.repeat(16)}`],
    ['offsets beyond the end', `0x${'00'.repeat(31)}01${'ff'.repeat(64)}${'6492'.repeat(16)}`],
    ['a factory of more than 20 bytes', `0x${'ff'.repeat(32)}${'00'.repeat(64)}${'6492'.repeat(16)}`],
    ['no bytes', '0x'],
    ['8 KiB', `0x${'ab'.repeat(8192)}`],
  ])('refuses a signature of %s', async (_what, signature) => {
    expect(await isValid(signature, deployed.address)).toBe(false)
    expect(await isValid(signature, counterfactual.address)).toBe(false)
  })

  it.each(Object.entries(hostileAccounts))('refuses an account that %s', async (_what, runtime) => {
    const address = await deploy(anvil, runtime)
    const signature = await Wallet.createRandom().signMessage('hello')
    expect(await isValid(signature, address)).toBe(false)
    expect(await isValid(wrapSignature(address, '0x', signature), address)).toBe(false)
  })

  it('refuses an address with a wrong checksum', async () => {
    const swapped = deployed.address.replace(/[a-f]/i, (one) =>
      one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase(),
    )
    expect(swapped).not.toBe(deployed.address)
    expect(await isValid(await deployed.sign('hello'), swapped)).toBe(false)
  })
})

describe('wallet login, of a contract account,', () => {
  const driver = () => inMemoryDriver(onboarding.billfold.onboarding)
  /** Answers a challenge for an account, and returns the claims of the W-JWT, or the status. */
  const logIn = async (
    address: string,
    sign: (text: string) => Promise<string>,
    change: (message: string) => string = (message) => message,
    keyId?: string,
  ): Promise<unknown> => {
    const { body: challenge } = await sendOnboardingRequest(driver(), 'GET', `/auth/challenge/${address}`)
    const message = change(challenge.message)
    const value = await sign(message)
    const headers = { authorization: `Bearer ${challenge.jwt}` }
    const json = { signature: keyId === undefined ? value : { value, keyId }, message }
    const { status, body } = await sendOnboardingRequest(driver(), 'POST', '/auth/challenge', { headers, json })
    return status === 200 ? decodeClaims(body.jwt) : status
  }
  const account = (address: string): string => `eip155:${anvil.chainId}:${address.toLowerCase()}`

  it('takes the owner of a deployed account as the account on its chain (ERC-1271, CAIP-10)', async () => {
    expect(await logIn(deployed.address, deployed.sign)).toMatchObject({
      sub: account(deployed.address),
      wallet: deployed.address.toLowerCase(),
    })
    expect(await logIn(deployed.address, counterfactual.sign)).toBe(401)
  })

  it('takes an account that is not deployed yet (ERC-6492)', async () => {
    expect(await logIn(counterfactual.address, counterfactual.signCounterfactual)).toMatchObject({
      sub: account(counterfactual.address),
    })
    expect(await logIn(counterfactual.address, counterfactual.sign)).toBe(401)
    expect(await logIn(counterfactual.address, deployed.signCounterfactual)).toBe(401)
  })

  it('refuses an account whose message names a chain without a client', async () => {
    const onChain5 = (message: string): string => message.replace(`Chain ID: ${anvil.chainId}`, 'Chain ID: 5')
    expect(await logIn(deployed.address, deployed.sign, onChain5)).toBe(401)
  })

  it('refuses a DID of the account, whose owner on another chain may be somebody else', async () => {
    const did = `did:ethr:${deployed.address}`
    expect(await logIn(deployed.address, deployed.sign, undefined, `${did}#controller`)).toBe(401)
  })

  it('registers the account, finds it again, exports and erases it', async () => {
    const claims = await createContractAccount(anvil)
    await claims.deploy()
    const { body: challenge } = await sendOnboardingRequest(driver(), 'GET', `/auth/challenge/${claims.address}`)
    const json = { signature: await claims.sign(challenge.message), message: challenge.message }
    const answered = await sendOnboardingRequest(driver(), 'POST', '/auth/challenge', {
      headers: { authorization: `Bearer ${challenge.jwt}` },
      json,
    })
    const headers = { authorization: `Bearer ${answered.body.jwt}` }
    const created = await sendOnboardingRequest(driver(), 'POST', '/users', {
      headers,
      json: { attributes: [], meta: {} },
    })
    expect(created.status).toBe(201)
    expect((await sendOnboardingRequest(driver(), 'GET', '/auth/token', { headers })).status).toBe(200)
    const { users, onboarding: api } = onboarding.billfold
    const user = await users.find({ kind: 'account', value: account(claims.address) })
    expect(user).toBeDefined()
    expect(await users.export(user?.id ?? '')).toMatchObject({
      identifiers: [{ kind: 'account', value: account(claims.address), verifiedBy: 'signature' }],
    })
    await users.erase(user?.id ?? '')
    expect(await users.find({ kind: 'account', value: account(claims.address) })).toBeUndefined()
    await api.eraseWallet(account(claims.address))
  })

  it('takes compact signatures of plain accounts (ERC-2098)', async () => {
    const wallet = Wallet.createRandom()
    const sign = async (text: string): Promise<string> =>
      Signature.from(await wallet.signMessage(text)).compactSerialized
    expect(await logIn(wallet.address, sign)).toMatchObject({ wallet: wallet.address.toLowerCase() })
  })
})
