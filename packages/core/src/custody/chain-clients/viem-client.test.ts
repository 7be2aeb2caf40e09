import { createPublicClient, custom, fallback, http, type Transport } from 'viem'
import { mainnet } from 'viem/chains'
import { afterEach, describe, expect, it } from 'vitest'
import { type ScriptedNode, startScriptedNode } from '../../test-fixtures/scripted-node.ts'
import { viemChainClient } from './viem-client.ts'

const nodes: ScriptedNode[] = []
const address = `0x${'11'.repeat(20)}`
const hash = `0x${'ab'.repeat(32)}`
const raw = Uint8Array.of(2)

afterEach(async () => {
  await Promise.all(nodes.splice(0).map(({ close }) => close()))
})

interface NodeError {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** What a node responds to a method: a result, an error, or the text of the response. */
type Answer = { readonly result: unknown } | { readonly error: NodeError } | string

/** Starts a node of chain 1. `responses` are by method, and used in turn. */
async function node(responses: Readonly<Record<string, readonly Answer[]>>): Promise<ScriptedNode> {
  const counts = new Map<string, number>()
  const started = await startScriptedNode(({ body }, response) => {
    const { id, method }: { id: number; method: string } = JSON.parse(body)
    const count = counts.get(method) ?? 0
    counts.set(method, count + 1)
    const answers = responses[method] ?? []
    const answer = method === 'eth_chainId' ? { result: '0x1' } : answers[Math.min(count, answers.length - 1)]
    if (answer === undefined) return
    if (typeof answer === 'string') response.statusCode = 503
    response.end(typeof answer === 'string' ? answer : JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
  })
  nodes.push(started)
  return started
}

const over = (transport: Transport, timeoutMs = 20_000) =>
  viemChainClient(createPublicClient({ chain: mainnet, transport }), { timeoutMs })
const client = ({ url }: { readonly url: string }, timeoutMs?: number) => over(http(url, { retryDelay: 1 }), timeoutMs)
const countOf = ({ requests }: ScriptedNode, method: string): number =>
  requests.filter(({ body }) => body.includes(`"${method}"`)).length
const thrown = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail('it resolved'),
    (error: unknown) => (error instanceof Error ? error : expect.fail('it is no error')),
  )

describe('viemChainClient', () => {
  it('reads through the public client, whose chain is that of the client', async () => {
    const reader = client(await node({ eth_getBalance: [{ result: '0x5' }] }))
    expect(reader.network).toBe('eip155:1')
    expect(await reader.balance(address)).toBe(5n)
  })

  it.each([
    [-32_000, 'already known', { outcome: 'accepted' }],
    [-32_000, 'nonce too low: next nonce 5, tx nonce 3', { outcome: 'nonce-taken' }],
    [-32_000, 'replacement transaction underpriced', { outcome: 'nonce-taken' }],
    [-32_003, 'insufficient funds for gas * price + value', { outcome: 'rejected', reason: 'insufficient-funds' }],
    [-32_000, 'transaction underpriced', { outcome: 'rejected', reason: 'fee-too-low' }],
    [3, 'intrinsic gas too low', { outcome: 'rejected', reason: 'not-valid' }],
    [-32_602, 'invalid sender', { outcome: 'rejected', reason: 'not-valid' }],
    [-32_010, 'some refusal', { outcome: 'rejected', reason: 'not-valid' }],
  ])('classifies the error %i %j', async (code, message, result) => {
    const refusing = await node({ eth_sendRawTransaction: [{ error: { code, message } }] })
    expect(await client(refusing).broadcast(raw)).toEqual(result)
  })

  it.each([
    [-32_000, 'txpool is full'],
    [-32_005, 'Too Many Requests'],
    [-32_603, 'internal error'],
    [-32_042, 'method not supported'],
    [429, 'slow down'],
  ])('does not classify %i %j as a refusal', async (code, message) => {
    const busy = await node({ eth_sendRawTransaction: [{ error: { code, message } }] })
    await expect(client(busy).broadcast(raw)).rejects.toThrow(message)
  })

  it('retries reads as the transport does, and sends a broadcast once', async () => {
    const busy = { error: { code: -32_603, message: 'internal error' } }
    const flaky = await node({ eth_getBalance: ['busy', busy, { result: '0x5' }], eth_sendRawTransaction: [busy] })
    expect(await client(flaky).balance(address)).toBe(5n)
    expect(countOf(flaky, 'eth_getBalance')).toBe(3)
    await expect(client(flaky).broadcast(raw)).rejects.toThrow('internal error')
    const silent = await node({ eth_sendRawTransaction: ['<html>bad gateway</html>'] })
    await expect(client(silent).broadcast(raw)).rejects.toThrow('node did not respond: HttpRequestError')
    expect([flaky, silent].map((one) => countOf(one, 'eth_sendRawTransaction'))).toEqual([1, 1])
  })

  it('offers the same bytes to the next transport of a fallback', async () => {
    const [broken, good] = [
      await node({ eth_sendRawTransaction: ['bad gateway'] }),
      await node({ eth_sendRawTransaction: [{ result: hash }] }),
    ]
    const reader = over(fallback([http(broken.url), http(good.url)]))
    expect(await reader.broadcast(raw)).toEqual({ outcome: 'accepted' })
    const sent = [broken, good].flatMap(({ requests }) =>
      requests.filter(({ body }) => body.includes('RawTransaction')),
    )
    expect(sent.map(({ body }) => JSON.parse(body).params)).toEqual([['0x02'], ['0x02']])
  })

  it('gives the reason of a revert, and reports insufficient funds', async () => {
    const call = { from: address, to: address, value: 0n, data: Uint8Array.of(1) }
    const reason = `08c379a0${'20'.padStart(64, '0')}${'2'.padStart(64, '0')}${'6e6f'.padEnd(64, '0')}`
    const reverting = await node({
      eth_call: [{ error: { code: 3, message: 'execution reverted: no', data: `0x${reason}` } }],
      eth_estimateGas: [{ error: { code: -32_000, message: 'insufficient funds for transfer' } }],
    })
    const reader = client(reverting)
    await expect(reader.call(call)).rejects.toMatchObject({
      code: 'transaction.reverted',
      message: 'The contract reverted the call: no',
    })
    await expect(reader.estimateGas(call)).rejects.toMatchObject({ code: 'transaction.insufficient-funds' })
    expect(await reader.execute?.(raw, 1n)).toBeUndefined()
  })

  it('fails after its timeout, however often the transport would try', async () => {
    const reader = client(await node({}), 100)
    await expect(reader.balance(address)).rejects.toThrow('node did not respond: TimeoutError')
  })

  it('reaches the same node again after it did not respond', async () => {
    const reader = client(await node({ eth_getBalance: ['no', 'no', 'no', 'no', { result: '0x5' }] }))
    await expect(reader.balance(address)).rejects.toThrow('did not respond')
    expect(await reader.balance(address)).toBe(5n)
  })

  it('shows neither URL nor request in errors', async () => {
    const broken = await node({ eth_getBalance: ['bad gateway'] })
    for (const url of [`${broken.url}/hidden-key?token=hidden`, 'http://hidden.invalid/']) {
      const error = await thrown(over(http(url, { retryCount: 0 })).balance(address))
      expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toMatch(/hidden|1111/)
    }
  })

  it('works with a provider (EIP-1193), whose own failures are no responses', async () => {
    const provider = (fail: () => never) =>
      custom(
        { request: ({ method }) => (method === 'eth_chainId' ? Promise.resolve('0x1') : fail()) },
        { retryCount: 0 },
      )
    const taken = over(
      provider(() => {
        throw Object.assign(new Error('nonce too low'), { code: -32_000 })
      }),
    )
    expect(await taken.broadcast(raw)).toEqual({ outcome: 'nonce-taken' })
    const lost = over(
      provider(() => {
        throw new TypeError('no route to hidden, nonce too low')
      }),
    )
    expect((await thrown(lost.broadcast(raw))).message).toMatch(/^node did not respond: \w+$/)
    const aborted = over(
      provider(() => {
        throw new DOMException('execution reverted', 'AbortError')
      }),
    )
    expect((await thrown(aborted.balance(address))).message).toMatch(/^node did not respond: \w+$/)
  })

  it('rejects a node of another chain', async () => {
    const { url } = await node({ eth_getBalance: [{ result: '0x5' }] })
    const publicClient = createPublicClient({ chain: { ...mainnet, id: 137 }, transport: http(url) })
    await expect(viemChainClient(publicClient).balance(address)).rejects.toThrow(
      'node is on another chain: 1, expected 137',
    )
  })

  it('throws a RangeError without a chain, and for a timeout that is not positive', () => {
    const transport = http('http://127.0.0.1:1')
    expect(() => viemChainClient(createPublicClient({ transport }))).toThrow(RangeError)
    for (const timeoutMs of [0, -1, Number.NaN]) expect(() => over(transport, timeoutMs)).toThrow(RangeError)
  })
})
