import { afterEach, describe, expect, it } from 'vitest'
import { type ScriptedNode, startScriptedNode } from '../../test-fixtures/scripted-node.ts'
import { evmChainClient } from './evm-client.ts'
import { chainLimits } from './limits.ts'

const nodes: ScriptedNode[] = []
const address = `0x${'11'.repeat(20)}`

afterEach(async () => {
  await Promise.all(nodes.splice(0).map(({ close }) => close()))
})

type Responses = Readonly<Record<string, unknown>>

/** A fake node of chain 1 that returns the configured results by method, or an error response for an Error. */
async function node(responses: Responses, raw?: (method: string) => string | undefined): Promise<ScriptedNode> {
  const started = await startScriptedNode(({ body }, response) => {
    const { id, method } = JSON.parse(body) as { id: number; method: string }
    const result = method === 'eth_chainId' ? '0x1' : responses[method]
    const text =
      raw?.(method) ??
      JSON.stringify({
        jsonrpc: '2.0',
        id,
        ...(result instanceof Error ? { error: { code: -32_000, message: result.message } } : { result }),
      })
    response.end(text)
  })
  nodes.push(started)
  return started
}

const client = ({ url }: { url: string | string[] }, timeoutMs = 60_000) =>
  evmChainClient({ url, chainId: 1, timeoutMs })
const thrown = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail('it resolved'),
    (error: unknown) => (error instanceof Error ? error : expect.fail('it is no error')),
  )

describe('evmChainClient', () => {
  it('returns balances, nonces and fees', async () => {
    const results = {
      eth_getBalance: '0x2386f26fc10000',
      eth_getTransactionCount: '0x5',
      eth_getBlockByNumber: { baseFeePerGas: '0x10' },
      eth_maxPriorityFeePerGas: '0x3',
    }
    const reader = client(await node(results))
    expect(await reader.balance(address)).toBe(10_000_000_000_000_000n)
    expect(await reader.nonces(address)).toEqual({ mined: 5, next: 5 })
    expect(await reader.fees()).toEqual({ maxFeePerGas: 35n, maxPriorityFeePerGas: 3n })
    expect(reader.network).toBe('eip155:1')
  })

  it.each([
    ['0x20000000000000', 'a count beyond 2^53 - 1'],
    [`0x${'f'.repeat(64)}`, 'a count of 256 bits'],
    [`0x1${'0'.repeat(64)}`, 'a number of more than 256 bits'],
    ['0x', 'no digits'],
    [5, 'a JSON number'],
  ])('rejects the nonce %s: %s', async (count, _what) => {
    const reader = client(await node({ eth_getTransactionCount: count }))
    expect((await thrown(reader.nonces(address))).message).toMatch(/2\^53|Invalid/)
  })

  it('executes code without a recipient, with bounded gas, from an account that nobody knows', async () => {
    const started = await node({ eth_call: '0x01' })
    const { execute } = client(started)
    expect(await execute?.(Uint8Array.of(0xfe), 1000n)).toEqual(Uint8Array.of(1))
    await execute?.(Uint8Array.of(0xfe), 1000n)
    const calls = started.requests.map(({ body }) => JSON.parse(body)).filter(({ method }) => method === 'eth_call')
    expect(calls.map(({ params }) => params)).toEqual(
      calls.map(() => [
        { from: expect.stringMatching(/^0x(?!0{40})[0-9a-f]{40}$/), gas: '0x3e8', data: '0xfe' },
        'latest',
      ]),
    )
    expect(new Set(calls.map(({ params }) => params[0].from)).size).toBe(2)
  })

  it.each(['execution reverted', 'out of gas', 'invalid opcode: INVALID', 'VM execution error', 'EVM error OutOfGas'])(
    'executes code to undefined if the node reports %s',
    async (message) => {
      expect(await client(await node({ eth_call: new Error(message) })).execute?.(Uint8Array.of(0), 1n)).toBeUndefined()
    },
  )

  it('returns a gas price on chains without a base fee, and derives the priority fee if the node recommends none', async () => {
    expect(await client(await node({ eth_getBlockByNumber: {}, eth_gasPrice: '0x7' })).fees()).toEqual({ gasPrice: 7n })
    const tipless = {
      eth_getBlockByNumber: { baseFeePerGas: '0x10' },
      eth_maxPriorityFeePerGas: new Error('no such method'),
      eth_gasPrice: '0x15',
    }
    expect(await client(await node(tipless)).fees()).toEqual({ maxFeePerGas: 37n, maxPriorityFeePerGas: 5n })
  })

  it.each([
    ['already known', { outcome: 'accepted' }],
    ['nonce too low: next nonce 5, tx nonce 3', { outcome: 'nonce-taken' }],
    ['replacement transaction underpriced', { outcome: 'nonce-taken' }],
    [
      'insufficient funds for gas * price + value: balance 0, tx cost 1',
      { outcome: 'rejected', reason: 'insufficient-funds' },
    ],
    ['Insufficient funds for gas * price + value', { outcome: 'rejected', reason: 'insufficient-funds' }],
    ['intrinsic gas too low', { outcome: 'rejected', reason: 'not-valid' }],
    ['max fee per gas less than block base fee', { outcome: 'rejected', reason: 'fee-too-low' }],
    ['transaction underpriced', { outcome: 'rejected', reason: 'fee-too-low' }],
    ['FeeTooLow, MaxFeePerGas too low.', { outcome: 'rejected', reason: 'fee-too-low' }],
    [
      'transaction gas price below minimum: gas tip cap 1, minimum needed 25',
      { outcome: 'rejected', reason: 'fee-too-low' },
    ],
    ['exceeds block gas limit', { outcome: 'rejected', reason: 'not-valid' }],
  ])('classifies the error %j', async (message, response) => {
    expect(
      await client(await node({ eth_sendRawTransaction: new Error(message) })).broadcast(Uint8Array.of(1)),
    ).toEqual(response)
  })

  it.each(['txpool is full', 'Too Many Requests', 'internal error'])(
    'does not classify %j as a refusal',
    async (message) => {
      await expect(
        client(await node({ eth_sendRawTransaction: new Error(message) })).broadcast(Uint8Array.of(1)),
      ).rejects.toThrow(message)
    },
  )

  it('accepts only a transaction hash as a broadcast result', async () => {
    const hash = `0x${'ab'.repeat(32)}`
    expect(await client(await node({ eth_sendRawTransaction: hash })).broadcast(Uint8Array.of(1))).toEqual({
      outcome: 'accepted',
    })
    for (const odd of [null, {}, '0x', 5, undefined])
      await expect(client(await node({ eth_sendRawTransaction: odd })).broadcast(Uint8Array.of(1))).rejects.toThrow(
        /invalid|no JSON-RPC result/i,
      )
  })

  it('returns the status of a transaction', async () => {
    const receipt = { status: '0x1', blockNumber: '0x10', blockHash: `0x${'cd'.repeat(32)}` }
    const status = async (responses: Responses): Promise<unknown> =>
      client(
        await node({
          eth_blockNumber: '0x12',
          eth_getTransactionReceipt: null,
          eth_getTransactionByHash: null,
          ...responses,
        }),
      ).status('0x00')
    expect(await status({ eth_getTransactionReceipt: receipt })).toEqual({
      state: 'mined',
      confirmations: 3,
      blockNumber: 16,
      blockHash: receipt.blockHash,
    })
    expect(await status({ eth_getTransactionReceipt: { ...receipt, status: '0x0' } })).toMatchObject({
      state: 'failed',
    })
    expect(await status({ eth_getTransactionByHash: { hash: '0x00' } })).toEqual({ state: 'pending', confirmations: 0 })
    expect(await status({})).toEqual({ state: 'unknown', confirmations: 0 })
  })

  it('distinguishes insufficient funds and reverts from an unavailable node', async () => {
    const call = { from: address, to: address, value: 1n, data: Uint8Array.of(1) }
    const estimate = async (message: string): Promise<unknown> =>
      client(await node({ eth_estimateGas: new Error(message) })).estimateGas(call)
    await expect(estimate('insufficient funds for transfer')).rejects.toMatchObject({
      code: 'transaction.insufficient-funds',
    })
    await expect(estimate('execution reverted: no')).rejects.toMatchObject({ code: 'transaction.reverted' })
    await expect(estimate('something else')).rejects.not.toMatchObject({ name: 'BillfoldError' })
  })

  it('uses the next node when one does not respond', async () => {
    const [silent, good] = [await node({}, () => 'no JSON'), await node({ eth_getBalance: '0x1' })]
    expect(await client({ url: [silent.url, good.url] }).balance(address)).toBe(1n)
    expect(silent.requests.length).toBeGreaterThan(0)
  })

  it('fails after the configured timeout', async () => {
    const silent = await startScriptedNode(() => {})
    nodes.push(silent)
    await expect(client(silent, 100).balance(address)).rejects.toThrow('TimeoutError')
  })

  it('rejects a response that is too large', async () => {
    const large = await node({}, () => `"${'x'.repeat(chainLimits.maxResponseBytes)}"`)
    await expect(client(large).balance(address)).rejects.toThrow('the response is too large')
  })

  it('does not follow redirects', async () => {
    const good = await node({ eth_getBalance: '0x1' })
    const elsewhere = await startScriptedNode((_, response) => response.writeHead(307, { location: good.url }).end())
    nodes.push(elsewhere)
    await expect(client(elsewhere).balance(address)).rejects.toThrow('did not respond')
    expect(good.requests).toEqual([])
  })

  it('sends credentials of the URL as a header and shows only its host in errors', async () => {
    const good = await node({ eth_getBalance: '0x1' })
    const secret = `${good.url.replace('//', '//user:hidden-password@')}/hidden-key?token=hidden-token`
    expect(await client({ url: secret }).balance(address)).toBe(1n)
    expect(good.requests[0]).toMatchObject({
      path: '/hidden-key?token=hidden-token',
      headers: { authorization: `Basic ${Buffer.from('user:hidden-password').toString('base64')}` },
    })
    await good.close()
    const error = await thrown(client({ url: secret }).balance(address))
    expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain('hidden')
    expect(error.message).toMatch(/did not respond: [A-Z_]+$/)
  })

  it.each([[[]], ['ftp://x'], ['nothing'], [Array.from({ length: 9 }, () => 'http://x')]])(
    'throws a RangeError for the URL %j',
    (url) => {
      expect(() => evmChainClient({ url, chainId: 1 })).toThrow(RangeError)
    },
  )
})
