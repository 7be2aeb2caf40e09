import {
  addEncoderSizePrefix,
  address,
  getAddressDecoder,
  getAddressEncoder,
  getBase16Encoder,
  getBooleanEncoder,
  getI16Encoder,
  getProgramDerivedAddress,
  getStructEncoder,
  getU128Encoder,
  getU32Encoder,
  getUtf8Encoder,
} from '@solana/kit'
import { describe, expect, it } from 'vitest'
import { prepareSolanaHosts } from './solana-hosts.ts'

const solana = prepareSolanaHosts()
const { host, createWallet, send, decodeExecuted } = solana

/** The address of a token account, as another library computes it. */
async function tokenAccount(mint: string, owner: string): Promise<string> {
  const program = address('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA')
  const [derived] = await getProgramDerivedAddress({
    programAddress: address('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL'),
    seeds: [address(owner), program, address(mint)].map((one) => getAddressEncoder().encode(one)),
  })
  return derived
}

describe('a call of a program', () => {
  const memo = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'
  const token = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA'
  const execute = (walletId: string, request: object, key?: string, index = 0) =>
    send(walletId, { type: 'CONTRACT_EXECUTION', functionName: '', ...request }, key, index)

  it('gets its accounts in their order and its data, as another library decodes them, and is executed', async () => {
    const [wallet, mint] = [await createWallet(10), (await createWallet()).address]
    const held = await tokenAccount(mint, wallet.address)
    solana.chain.createToken(mint, held, wallet.address, 5_000_000n)
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
    expect(solana.chain.tokensOf(held)).toBe(3_750_000n)
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
    for (const hash of hashes) expect(solana.chain.executed.has(hash)).toBe(true)
  })

  it('that fails when it is simulated is refused, and costs nothing', async () => {
    const wallet = await createWallet(10)
    const sent = await execute(wallet.id, { to: memo, inputs: [{ type: 'raw', value: '0xff' }] })
    expect(sent.codes).toEqual(['transaction.rejected'])
    expect(solana.chain.balanceOf(wallet.address)).toBe(10_000_000_000n)
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
    expect(solana.chain.balanceOf(wallet.address)).toBe(10_000_000_000n)
  })
})

/** Different addresses. */
function manyAccounts(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    address: getAddressDecoder().decode(Uint8Array.from({ length: 32 }, () => index + 1)),
  }))
}
