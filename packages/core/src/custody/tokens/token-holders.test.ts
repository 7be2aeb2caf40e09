import { describe, expect, it } from 'vitest'
import type { EvmHistoryClient, EvmLog } from '../chain-clients/index.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { fakeChain } from '../../test-fixtures/fake-chain.ts'
import { listTokenHolders } from './token-holders.ts'
import { parseTransfers, transferTopics } from './token-transfers.ts'

const word = (value: bigint | number): string => BigInt(value).toString(16).padStart(64, '0')
const address = (digit: string): string => `0x${digit.repeat(40)}`
const topic = (digit: string): string => `0x${digit.repeat(40).padStart(64, '0')}`
const bytes = (...words: readonly (bigint | number)[]): Uint8Array =>
  Uint8Array.from(Buffer.from(words.map(word).join(''), 'hex'))

/** A client whose every query returns the same logs, and counts the queries. */
function clientOf(logs: readonly EvmLog[], newest: number) {
  const counted = { queries: 0 }
  const client: EvmHistoryClient = {
    ...fakeChain().client,
    blockNumber: async () => newest,
    logs: async () => [],
    blockTime: async () => 0,
    logsInRange: async () => {
      counted.queries++
      return logs
    },
  }
  return { client, counted }
}

const coin = { contract: address('c'), type: 'ERC_20' as const, fromBlock: 0, blockRange: 10 }

describe('the holders of a token', () => {
  it('are those whose transfers add up to more than nothing', async () => {
    const send = (from: string, to: string, amount: number): EvmLog => ({
      topics: [transferTopics.transfer, topic(from), topic(to)],
      data: bytes(amount),
    })
    const logs = [send('0', '1', 10), send('1', '2', 4), send('2', '3', 4), send('3', '0', 1)]
    const holders = await listTokenHolders(clientOf(logs, 5).client, coin)
    expect(holders.map(({ address: holder, balance }) => [holder, balance])).toEqual([
      [address('1'), 6n],
      [address('3'), 3n],
    ])
  })

  it('are not listed from a history of too many blocks, which no query reads', async () => {
    const { client, counted } = clientOf([], 1_000_000_000)
    expect(await outcomeCode(listTokenHolders(client, coin))).toBe('token-indexer.unavailable')
    expect(counted.queries).toBe(0)
  })

  it('are not listed from a history of too many transfers', async () => {
    const log = { topics: [transferTopics.transfer, topic('0'), topic('1')], data: bytes(1) }
    const { client, counted } = clientOf(
      Array.from({ length: 1500 }, () => log),
      1999,
    )
    expect(await outcomeCode(listTokenHolders(client, coin))).toBe('token-indexer.unavailable')
    expect(counted.queries).toBe(14)
  })

  it('are not changed by events of another standard', async () => {
    const log = { topics: [transferTopics.transfer, topic('0'), topic('1'), topic('7')], data: new Uint8Array() }
    expect(await listTokenHolders(clientOf([log], 5).client, coin)).toEqual([])
  })
})

describe('an event log', () => {
  const batch = (data: Uint8Array) =>
    parseTransfers({ topics: [transferTopics.batch, topic('9'), topic('0'), topic('1')], data })

  it('of a batch has all of its transfers', () => {
    const transfers = batch(bytes(64, 160, 2, 7, 8, 2, 70, 80))
    expect(transfers.map(({ tokenId, amount }) => [tokenId, amount])).toEqual([
      ['7', 70n],
      ['8', 80n],
    ])
  })

  it.each([
    ['lists of different lengths', bytes(64, 160, 2, 7, 8, 1, 70)],
    ['an offset beyond the data', bytes(2n ** 255n, 2n ** 255n)],
    ['a length beyond the data', bytes(64, 64, 2n ** 200n)],
    ['no data', new Uint8Array()],
    ['half a word', Uint8Array.of(1, 2, 3)],
  ])('of a batch with %s has no transfers', (_, data) => {
    expect(batch(data)).toEqual([])
  })

  it('without the topics of its standard has no transfers', () => {
    for (const topics of [[], [transferTopics.transfer], [transferTopics.single, topic('1')], [topic('1')]])
      expect(parseTransfers({ topics, data: bytes(1, 2) })).toEqual([])
  })
})
