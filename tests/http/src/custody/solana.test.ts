import { memoryStorage, solanaChainClient, solanaTransferSource } from '@billfold/core'
import {
  addEncoderSizePrefix,
  address,
  getAddressDecoder,
  getAddressEncoder,
  getBase16Encoder,
  getBooleanEncoder,
  getCompiledTransactionMessageDecoder,
  getI16Encoder,
  getProgramDerivedAddress,
  getStructEncoder,
  getU128Encoder,
  getU32Encoder,
  getUtf8Encoder,
} from '@solana/kit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CustodyReply } from './custody-host.ts'
import { type SolanaChain, SolanaRpcError, startSolanaChain } from './solana-chain.ts'
import { pincode, sharedKeyring, startTransactingHost, type TransactingHost } from './transacting-host.ts'

/** The token whose transfers are recorded. */
const recordedToken = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'

let chain: SolanaChain
/** Two hosts over one storage. */
let hosts: readonly TransactingHost[]
let ahead = 0

beforeAll(async () => {
  chain = await startSolanaChain()
  const storage = memoryStorage()
  const keyring = sharedKeyring()
  const client = solanaChainClient({ url: chain.url, network: { genesisHash: chain.genesisHash } })
  const start = () =>
    startTransactingHost(storage, keyring, undefined, () => Date.now() + ahead, {
      chainClients: { SOLANA: client },
      transferSources: {
        SOLANA: solanaTransferSource({ client, tokens: [recordedToken], fromBlock: 0, blockRange: 500 }),
      },
    })
  hosts = [await start(), await start()]
})

afterAll(async () => {
  await Promise.all(hosts.map(({ close }) => close()))
  await chain.close()
})

afterEach(() => chain.overrides.clear())

const host = (index = 0): TransactingHost => hosts[index % hosts.length] ?? expect.fail('no host')

async function createWallet(sol = 0): Promise<{ readonly id: string; readonly address: string }> {
  const { result } = await host().call('POST', '/api/wallets', { secretType: 'SOLANA', pincode })
  if (sol > 0) chain.airdrop(result.address, sol)
  return result
}

function send(walletId: string, request: object, key?: string, index = 0): Promise<CustodyReply> {
  const body = { pincode, transactionRequest: { type: 'TRANSFER', secretType: 'SOLANA', walletId, ...request } }
  return host(index).call('POST', '/api/transactions', body, key === undefined ? {} : { 'idempotency-key': key })
}

async function statusOf(hash: string): Promise<string> {
  return (await host().call('GET', `/api/transactions/SOLANA/${hash}/status`)).result.status
}

/** Reconciles what is due, on both hosts. */
async function maintain(): Promise<void> {
  ahead += 120_000
  await Promise.all(hosts.map(({ billfold }) => billfold.maintain()))
}

/** The message of an executed transaction, as another library decodes it. */
function decodeExecuted(hash: string) {
  const bytes = chain.executed.get(hash)?.messageBytes ?? new Uint8Array()
  const message = getCompiledTransactionMessageDecoder().decode(bytes)
  return 'instructions' in message ? message : expect.fail('no legacy message')
}

/** The address of a token account, as another library computes it. */
async function tokenAccount(mint: string, owner: string): Promise<string> {
  const program = address('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA')
  const [derived] = await getProgramDerivedAddress({
    programAddress: address('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL'),
    seeds: [address(owner), program, address(mint)].map((one) => getAddressEncoder().encode(one)),
  })
  return derived
}

describe('a transfer of SOL', () => {
  it('is executed, and another library decodes it', async () => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    const { status, codes, result } = await send(wallet.id, { to, value: '1.5' })
    expect({ status, codes }).toEqual({ status: 200, codes: [] })
    expect(chain.balanceOf(to)).toBe(1_500_000_000n)
    const decoded = chain.executed.get(result.transactionHash)
    const message = getCompiledTransactionMessageDecoder().decode(decoded?.messageBytes ?? new Uint8Array())
    expect(message).toMatchObject({
      version: 'legacy',
      header: { numSignerAccounts: 1, numReadonlySignerAccounts: 0, numReadonlyNonSignerAccounts: 2 },
      staticAccounts: [
        wallet.address,
        to,
        'ComputeBudget111111111111111111111111111111',
        '11111111111111111111111111111111',
      ],
    })
    // The fee of a signature, and 1,000 compute units at the price that three of four recent blocks took.
    expect(chain.balanceOf(wallet.address)).toBe(10_000_000_000n - 1_500_000_000n - 5_000n - 5n)
    expect(await statusOf(result.transactionHash)).toBe('SUCCEEDED')
    chain.passBlocks(40)
    const path = `/api/transactions/SOLANA/${result.transactionHash}/status`
    expect((await host().call('GET', path)).result.hasReachedFinality).toBe(true)
  })

  it('takes the priority fee that the fees of the chain name, up to the limit of the client', async () => {
    const fees = async () => (await host().call('GET', '/api/transactions/SOLANA/fees')).result
    expect(await fees()).toEqual({ secretType: 'SOLANA', computeUnitPrice: 5000 })
    const wallet = await createWallet(10)
    const transactionRequest = { type: 'TRANSFER', secretType: 'SOLANA', walletId: wallet.id, value: 1 }
    const request = { ...transactionRequest, to: wallet.address }
    const build = async () =>
      (await host().call('POST', '/api/transactions/build', { transactionRequest: request })).result
    expect((await build()).computeUnitPrice).toBe('5000')
    chain.overrides.set('getRecentPrioritizationFees', () => [{ prioritizationFee: Number.MAX_SAFE_INTEGER }])
    expect(await fees()).toEqual({ secretType: 'SOLANA', computeUnitPrice: 1_000_000 })
    expect((await build()).computeUnitPrice).toBe('1000000')
    chain.overrides.set('getRecentPrioritizationFees', () => [])
    expect(await fees()).toEqual({ secretType: 'SOLANA', computeUnitPrice: 0 })
    chain.overrides.set('getRecentPrioritizationFees', () => [{ prioritizationFee: -1 }])
    expect((await host().call('GET', '/api/transactions/SOLANA/fees')).codes).toEqual(['transaction.chain-unavailable'])
  })

  it('is refused without funds, and the wallet can send once it has some', async () => {
    const [wallet, to] = [await createWallet(), (await createWallet()).address]
    expect((await send(wallet.id, { to, value: '1' })).codes).toEqual(['transaction.insufficient-funds'])
    chain.airdrop(wallet.address, 2)
    expect((await send(wallet.id, { to, value: '1' })).status).toBe(200)
    expect(chain.balanceOf(to)).toBe(1_000_000_000n)
  })

  it.each([
    ['another address', { to: '0x0000000000000000000000000000000000000001', value: 1 }],
    ['data', { value: 1, data: '0x00' }],
    ['too much', { value: '100000000000' }],
    ['a call of what is no program', { type: 'CONTRACT_EXECUTION', functionName: 'f' }],
    ['a priority fee beyond the limit', { value: 1, chainSpecificFields: { computeUnitPrice: '1000001' } }],
  ])('with %s is refused', async (_what, request) => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    expect((await send(wallet.id, { to, ...request })).status).toBe(400)
    expect(chain.balanceOf(to)).toBe(0n)
  })
})

describe('a transfer of tokens', () => {
  it('creates the account of its recipient the first time', async () => {
    const [wallet, to, mint] = [await createWallet(10), (await createWallet()).address, (await createWallet()).address]
    chain.createToken(mint, await tokenAccount(mint, wallet.address), wallet.address, 5_000_000n)
    const request = { type: 'TOKEN_TRANSFER', to, tokenAddress: mint }
    const first = await send(wallet.id, { ...request, value: '1.25' })
    expect(first.codes).toEqual([])
    expect((await send(wallet.id, { ...request, value: '0.75' })).codes).toEqual([])
    expect(chain.tokensOf(await tokenAccount(mint, to))).toBe(2_000_000n)
    expect(chain.tokensOf(await tokenAccount(mint, wallet.address))).toBe(3_000_000n)
    expect((await send(wallet.id, { ...request, value: '4' })).codes).toEqual(['transaction.insufficient-funds'])
    expect((await send(wallet.id, { ...request, value: '0.0000001' })).status).toBe(400)
    expect((await send(wallet.id, { ...request, tokenAddress: to, value: '1' })).status).toBe(400)
    const lost = { ...request, to: await tokenAccount(mint, to), value: '1' }
    expect((await send(wallet.id, lost)).status).toBe(400)
  })
})

describe('a transfer of an NFT', () => {
  const createNft = async (owner: string, options: object = {}, amount = 1n): Promise<string> => {
    const mint = (await createWallet()).address
    chain.createToken(mint, await tokenAccount(mint, owner), owner, amount, { decimals: 0, ...options })
    return mint
  }

  it('gives it to the recipient, and the wallet has it no longer', async () => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    const mint = await createNft(wallet.address)
    const request = { type: 'NFT_TRANSFER', to, tokenAddress: mint }
    const { codes, result } = await send(wallet.id, { ...request, tokenId: mint, amount: 1 })
    expect(codes).toEqual([])
    expect(chain.tokensOf(await tokenAccount(mint, to))).toBe(1n)
    expect(chain.tokensOf(await tokenAccount(mint, wallet.address))).toBe(0n)
    const message = decodeExecuted(result.transactionHash)
    const last = message.instructions.at(-1)
    // TransferChecked of one token without decimals.
    expect(Buffer.from(last?.data ?? []).toString('hex')).toBe('0c010000000000000000')
    expect((last?.accountIndices ?? []).map((index) => message.staticAccounts[index])).toEqual([
      await tokenAccount(mint, wallet.address),
      mint,
      await tokenAccount(mint, to),
      wallet.address,
    ])
    expect((await send(wallet.id, request)).codes).toEqual(['transaction.insufficient-funds'])
    const [listed] = (await host().call('GET', `/api/transactions?size=1`)).result
    expect(listed.transactionRequest).toMatchObject({ type: 'SOLANA_NFT_TRANSFER' })
  })

  it.each([
    ['a token with decimals', { decimals: 6 }, 1n, {}, 'tokenAddress'],
    ['a token of which there are two', {}, 2n, {}, 'tokenAddress'],
    ['a frozen token, as a programmable NFT is', { isFrozen: true }, 1n, {}, 'tokenAddress'],
    ['two of it', {}, 1n, { amount: 2 }, 'amount'],
    ['none of it', {}, 1n, { amount: 0 }, 'amount'],
    ['another token by its id', {}, 1n, { tokenId: '1' }, 'tokenId'],
  ])('of %s is refused', async (_what, options, amount, request, field) => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    const mint = await createNft(wallet.address, options, amount)
    const sent = await send(wallet.id, { type: 'NFT_TRANSFER', to, tokenAddress: mint, ...request })
    expect([sent.status, sent.codes]).toEqual([400, [`transactionRequest.${field}`]])
    expect(chain.tokensOf(await tokenAccount(mint, to))).toBeUndefined()
  })

  it('that another wallet holds is refused', async () => {
    const [wallet, other] = [await createWallet(10), await createWallet()]
    const mint = await createNft(other.address)
    const sent = await send(wallet.id, { type: 'NFT_TRANSFER', to: other.address, tokenAddress: mint })
    expect(sent.codes).toEqual(['transaction.insufficient-funds'])
  })
})

describe('a call of a program', () => {
  const memo = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'
  const token = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA'
  const execute = (walletId: string, request: object, key?: string, index = 0) =>
    send(walletId, { type: 'CONTRACT_EXECUTION', functionName: '', ...request }, key, index)

  it('gets its accounts in their order and its data, as another library decodes them, and is executed', async () => {
    const [wallet, mint] = [await createWallet(10), (await createWallet()).address]
    const held = await tokenAccount(mint, wallet.address)
    chain.createToken(mint, held, wallet.address, 5_000_000n)
    const { codes, result } = await execute(wallet.id, {
      to: token,
      // Burn, of 1.25 tokens.
      inputs: [
        { type: 'u8', value: '8' },
        { type: 'u64', value: '1250000' },
      ],
      chainSpecificFields: {
        computeUnitLimit: 10_000,
        accounts: [
          { address: held, isWritable: true },
          { address: mint, isWritable: true },
          { address: wallet.address, isSigner: true },
        ],
      },
    })
    expect(codes).toEqual([])
    expect(chain.tokensOf(held)).toBe(3_750_000n)
    const message = decodeExecuted(result.transactionHash)
    expect(message.header).toEqual({
      numSignerAccounts: 1,
      numReadonlySignerAccounts: 0,
      numReadonlyNonSignerAccounts: 2,
    })
    const [limit, , call] = message.instructions
    expect(Buffer.from(limit?.data ?? []).toString('hex')).toBe('0210270000')
    expect(message.staticAccounts[call?.programAddressIndex ?? -1]).toBe(token)
    expect(Buffer.from(call?.data ?? []).toString('hex')).toBe('08d012130000000000')
    expect((call?.accountIndices ?? []).map((index) => message.staticAccounts[index])).toEqual([
      held,
      mint,
      wallet.address,
    ])
    const [listed] = (await host().call('GET', '/api/transactions?size=1')).result
    expect(listed.transactionRequest).toMatchObject({ type: 'SOLANA_PROGRAM_EXECUTION' })
  })

  it('has the arguments of an Anchor instruction as another library encodes them', async () => {
    const wallet = await createWallet(10)
    const fields = { amount: 2n ** 128n - 1n, delta: -2, owner: address(wallet.address), name: 'é', rest: 'ff00' }
    const encoder = getStructEncoder([
      ['amount', getU128Encoder()],
      ['delta', getI16Encoder()],
      ['isOpen', getBooleanEncoder()],
      ['owner', getAddressEncoder()],
      ['name', addEncoderSizePrefix(getUtf8Encoder(), getU32Encoder())],
      ['rest', addEncoderSizePrefix(getBase16Encoder(), getU32Encoder())],
    ])
    const expected = Buffer.from(encoder.encode({ ...fields, isOpen: true })).toString('hex')
    const request = {
      type: 'CONTRACT_EXECUTION',
      secretType: 'SOLANA',
      walletId: wallet.id,
      to: memo,
      functionName: 'initialize',
      inputs: [
        { type: 'u128', value: fields.amount.toString() },
        { type: 'i16', value: fields.delta },
        { type: 'bool', value: 'true' },
        { type: 'pubkey', value: wallet.address },
        { type: 'string', value: fields.name },
        { type: 'bytes', value: `0x${fields.rest}` },
      ],
    }
    const { result } = await host().call('POST', '/api/transactions/build', { transactionRequest: request })
    // The discriminator of `initialize`, as in the IDL of any Anchor program.
    expect(result.data).toBe(`0xafaf6d1f0d989bed${expected}`)
  })

  it('of equal content is executed as often as it is sent, and once under one key', async () => {
    const wallet = await createWallet(10)
    const request = { to: memo, inputs: [{ type: 'raw', value: `0x${Buffer.from('hello').toString('hex')}` }] }
    const sent = await Promise.all([0, 1, 2, 3].map((index) => execute(wallet.id, request, `${index % 2}`, index)))
    expect(sent.map(({ codes }) => codes)).toEqual([[], [], [], []])
    const hashes = new Set(sent.map(({ result }) => result.transactionHash))
    expect(hashes.size).toBe(2)
    for (const hash of hashes) expect(chain.executed.has(hash)).toBe(true)
  })

  it('that fails when it is simulated is refused, and costs nothing', async () => {
    const wallet = await createWallet(10)
    const sent = await execute(wallet.id, { to: memo, inputs: [{ type: 'raw', value: '0xff' }] })
    expect(sent.codes).toEqual(['transaction.rejected'])
    expect(chain.balanceOf(wallet.address)).toBe(10_000_000_000n)
  })

  it('with another signer than the wallet is refused', async () => {
    const [wallet, other] = [await createWallet(10), await createWallet(10)]
    const accounts = [{ address: other.address, isSigner: true }]
    const sent = await execute(wallet.id, { to: memo, chainSpecificFields: { accounts } })
    expect(sent.codes).toEqual(['transactionRequest.chainSpecificFields.accounts.0.isSigner'])
  })

  it.each([
    ['of the System program', 'to', { to: '11111111111111111111111111111111' }],
    ['of the Compute Budget program', 'to', { to: 'ComputeBudget111111111111111111111111111111' }],
    ['of an address without a program', 'to', { to: 'So11111111111111111111111111111111111111112' }],
    ['with coins', 'value', { to: memo, value: 1 }],
    ['with a type that Borsh does not have', 'inputs.0.type', { to: memo, inputs: [{ type: 'uint256', value: '1' }] }],
    ['with a number beyond its type', 'inputs.0.value', { to: memo, inputs: [{ type: 'u8', value: '256' }] }],
    ['with a name that Anchor does not have', 'functionName', { to: memo, functionName: 'doThis()' }],
    [
      'with an account that is no address',
      'chainSpecificFields.accounts.0.address',
      { to: memo, chainSpecificFields: { accounts: [{ address: 'x' }] } },
    ],
    [
      'with more accounts than fit',
      'chainSpecificFields.accounts',
      { to: memo, chainSpecificFields: { accounts: manyAccounts(40) } },
    ],
    [
      'with more compute units than a block gives',
      'chainSpecificFields.computeUnitLimit',
      { to: memo, chainSpecificFields: { computeUnitLimit: 1_400_001 } },
    ],
  ])('%s is refused', async (_what, field, request) => {
    const wallet = await createWallet(10)
    const sent = await execute(wallet.id, request)
    expect([sent.status, sent.codes]).toEqual([400, [`transactionRequest.${field}`]])
    expect(chain.balanceOf(wallet.address)).toBe(10_000_000_000n)
  })
})

/** Different addresses. */
function manyAccounts(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    address: getAddressDecoder().decode(Uint8Array.from({ length: 32 }, () => index + 1)),
  }))
}

describe('transactions of one wallet', () => {
  it('of equal content are all executed, each once, from two hosts at once', async () => {
    const [wallet, to] = [await createWallet(100), (await createWallet()).address]
    const sends = 30
    const replies = await Promise.all(
      Array.from({ length: sends }, (_, index) => send(wallet.id, { to, value: '0.1' }, `send ${index}`, index)),
    )
    expect(replies.map(({ codes }) => codes)).toEqual(replies.map(() => []))
    expect(new Set(replies.map(({ result }) => result.transactionHash)).size).toBe(sends)
    expect(chain.balanceOf(to)).toBe(100_000_000n * BigInt(sends))
  })

  it('under one Idempotency-Key are one', async () => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, index) => send(wallet.id, { to, value: '1' }, 'the same', index)),
    )
    expect(new Set(replies.map(({ result }) => result.transactionHash)).size).toBe(1)
    expect(chain.balanceOf(to)).toBe(1_000_000_000n)
  })
})

describe('what wallets receive', () => {
  it('is recorded once each, when its block is finalized', async () => {
    const [wallet, recipient] = [await createWallet(10), await createWallet()]
    chain.createToken(recordedToken, await tokenAccount(recordedToken, wallet.address), wallet.address, 5_000_000n)
    const other = (await createWallet()).address
    chain.createToken(other, await tokenAccount(other, wallet.address), wallet.address, 5_000_000n)
    const to = recipient.address
    const sent = await send(wallet.id, { to, value: '1.5' })
    const tokens = { type: 'TOKEN_TRANSFER', to, value: '2' }
    const moved = await send(wallet.id, { ...tokens, tokenAddress: recordedToken })
    expect((await send(wallet.id, { ...tokens, tokenAddress: other })).codes).toEqual([])
    const received = async (walletId: string) => {
      await maintain()
      const { result } = await host().call('GET', `/api/wallets/${walletId}/events?size=100`)
      return (result as readonly { readonly type: string; readonly metadata: string }[])
        .filter(({ type }) => type === 'INCOMING_TRANSACTION')
        .map(({ metadata }) => JSON.parse(metadata))
    }
    expect(await received(recipient.id)).toEqual([])
    chain.passBlocks(40)
    await received(recipient.id)
    expect(await received(recipient.id)).toEqual([
      { hash: moved.result.transactionHash, amount: '2000000', tokenAddress: recordedToken },
      { hash: sent.result.transactionHash, amount: '1500000000' },
    ])
    expect(await received(wallet.id)).toEqual([])
  })

  it('is not left out because a node is behind', async () => {
    const client = solanaChainClient({ url: chain.url, network: { genesisHash: chain.genesisHash } })
    const final = await client.finalSlot()
    expect(await client.listSlots(final, final)).toEqual(expect.any(Array))
    await expect(client.listSlots(final, final + 1)).rejects.toThrow(/not final/)
  })
})

describe('a node that', () => {
  it('does not respond gets the same transaction later, and executes it once', async () => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    chain.overrides.set('sendTransaction', () => {
      throw new Error('connection lost')
    })
    const { status, result } = await send(wallet.id, { to, value: '1' })
    expect(status).toBe(200)
    expect(await statusOf(result.transactionHash)).toBe('PENDING')
    chain.overrides.clear()
    await maintain()
    await maintain()
    expect(chain.balanceOf(to)).toBe(1_000_000_000n)
    expect(await statusOf(result.transactionHash)).toBe('SUCCEEDED')
  })

  it('executes a transaction without saying so does not make it pay twice', async () => {
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    const sent: unknown[] = []
    chain.overrides.set('sendTransaction', ([raw]) => {
      sent.push(raw)
      throw new Error('connection lost')
    })
    const { result } = await send(wallet.id, { to, value: '1' }, 'lost reply')
    chain.overrides.clear()
    // The node had it after all.
    await fetch(chain.url, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'sendTransaction', params: [sent[0], {}] }),
    })
    const again = await send(wallet.id, { to, value: '1' }, 'lost reply', 1)
    expect(again.result).toEqual(result)
    await maintain()
    expect(chain.balanceOf(to)).toBe(1_000_000_000n)
  })

  it('is behind another one is not believed that a transaction has expired', async () => {
    chain.passBlocks(200)
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    const { result } = await send(wallet.id, { to, value: '1' }, 'first')
    expect(chain.balanceOf(to)).toBe(1_000_000_000n)
    // The height is that of a node that is up to date, the status that of one that stopped before the transaction.
    chain.passBlocks(200)
    chain.overrides.set('getSignatureStatuses', () => ({ context: { slot: 10 }, value: [null] }))
    chain.overrides.set('sendTransaction', () => {
      throw new SolanaRpcError('Transaction simulation failed: Blockhash not found')
    })
    await maintain()
    await maintain()
    chain.overrides.clear()
    expect((await send(wallet.id, { to, value: '1' }, 'first')).result).toEqual(result)
    expect(await statusOf(result.transactionHash)).toBe('SUCCEEDED')
  })

  it('loses a transaction until its blockhash has expired lets it fail for good, and not before', async () => {
    // A new blockhash.
    chain.passBlocks(200)
    const [wallet, to] = [await createWallet(10), (await createWallet()).address]
    chain.overrides.set('sendTransaction', () => {
      throw new Error('connection lost')
    })
    const { result } = await send(wallet.id, { to, value: '1' }, 'first')
    chain.passBlocks(151)
    chain.overrides.set('sendTransaction', () => {
      throw new SolanaRpcError('Transaction simulation failed: Blockhash not found')
    })
    await maintain()
    // The last block that could have it is not final yet.
    expect(await statusOf(result.transactionHash)).toBe('PENDING')
    expect((await send(wallet.id, { to, value: '1' }, 'first')).result).toEqual(result)
    chain.passBlocks(33)
    await maintain()
    chain.overrides.clear()
    expect((await send(wallet.id, { to, value: '1' }, 'first')).codes).toEqual(['transaction.expired'])
    expect((await send(wallet.id, { to, value: '1' }, 'second')).status).toBe(200)
    await maintain()
    expect(chain.balanceOf(to)).toBe(1_000_000_000n)
  })
})
