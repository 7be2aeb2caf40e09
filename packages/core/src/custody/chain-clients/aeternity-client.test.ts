import { afterEach, describe, expect, it } from 'vitest'
import { type ScriptedNode, startScriptedNode } from '../../test-fixtures/scripted-node.ts'
import { aeternityChainClient } from './aeternity-client.ts'

const nodes: ScriptedNode[] = []
const address = 'ak_2a1j2Mk9YSmC1gioUq4PWRm3bsv887MbuRVwyv4KaUGoR1eiKi'

afterEach(async () => {
  await Promise.all(nodes.splice(0).map(({ close }) => close()))
})

/** A fake node that responds by path prefix below /v3: with JSON, or with a status and JSON. */
async function client(responses: Readonly<Record<string, unknown>>) {
  const started = await startScriptedNode(({ path }, response) => {
    const found = Object.entries({ '/status': { network_id: 'ae_mainnet' }, ...responses }).find(([begin]) =>
      path.startsWith(`/v3${begin}`),
    )
    const [status, json] = Array.isArray(found?.[1])
      ? found[1]
      : [found === undefined ? 404 : 200, found?.[1] ?? { reason: 'Not found' }]
    response.writeHead(Number(status)).end(JSON.stringify(json))
  })
  nodes.push(started)
  return { node: started, ...aeternityChainClient({ url: `${started.url}/`, timeoutMs: 60_000 }) }
}

describe('aeternityChainClient', () => {
  it('returns balances beyond 2^53 exactly, and 0 for an unknown account', async () => {
    expect(
      await (await client({ '/accounts': { balance: '123456789012345678901234567890', nonce: '7' } })).balance(address),
    ).toBe(123456789012345678901234567890n)
    expect(await (await client({})).balance(address)).toBe(0n)
  })

  it('counts nonces from 1', async () => {
    expect(await (await client({})).nonces(address)).toEqual({ mined: 1, next: 1 })
    const { nonces, node } = await client({
      [`/accounts/${address}/next-nonce`]: { next_nonce: 10 },
      '/accounts': { balance: '1', nonce: '7' },
    })
    expect(await nonces(address)).toEqual({ mined: 8, next: 10 })
    expect(node.requests.map(({ path }) => path)).toContain(`/v3/accounts/${address}/next-nonce?strategy=continuity`)
  })

  it('broadcasts transactions in the encoding of the node API', async () => {
    const { broadcast, node } = await client({ '/transactions': { tx_hash: 'th_x' } })
    expect(await broadcast(Uint8Array.of(1, 2, 3))).toEqual({ outcome: 'accepted' })
    expect(JSON.parse(node.requests.at(-1)?.body ?? '')).toEqual({ tx: expect.stringMatching(/^tx_AQID/) })
  })

  it.each([
    [
      [400, { reason: 'Invalid tx', error_code: 'insufficient_balance' }],
      { outcome: 'rejected', reason: 'insufficient-funds' },
    ],
    [[400, { reason: 'Invalid tx', error_code: 'nonce_too_low' }], { outcome: 'nonce-taken' }],
    [[400, { reason: 'Invalid tx' }], { outcome: 'rejected', reason: 'not-valid' }],
  ])('classifies the response %j', async (response, expected) => {
    expect(await (await client({ '/transactions': response })).broadcast(Uint8Array.of(1))).toEqual(expected)
  })

  it('does not classify a busy node as a refusal', async () => {
    await expect((await client({ '/transactions': [503, {}] })).broadcast(Uint8Array.of(1))).rejects.toThrow('503')
  })

  it('returns the status of a transaction', async () => {
    const status = async (found: unknown): Promise<unknown> =>
      (await client({ '/transactions': found, '/key-blocks/current/height': { height: '12' } })).status('th_x')
    expect(await status({ block_height: '10', block_hash: 'mh_x' })).toEqual({
      state: 'mined',
      confirmations: 3,
      blockNumber: 10,
      blockHash: 'mh_x',
    })
    expect(await status({ block_height: '-1', block_hash: 'none' })).toEqual({ state: 'pending', confirmations: 0 })
    expect(await status([404, {}])).toEqual({ state: 'unknown', confirmations: 0 })
  })

  it('rejects a node of another network', async () => {
    await expect((await client({ '/status': { network_id: 'ae_uat' } })).balance(address)).rejects.toThrow(
      'not on network',
    )
  })

  it('throws a RangeError for an invalid URL', () => {
    expect(() => aeternityChainClient({ url: 'nothing' })).toThrow(RangeError)
  })
})
