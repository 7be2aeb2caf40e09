import { AbiCoder, id } from 'ethers'
import { describe, expect, test } from 'vitest'
import type { EvmHistoryClient, EvmLog } from '../../../custody/chain-clients/index.ts'
import { fakeChain } from '../../../test-fixtures/fake-chain.ts'
import { outcomeCode } from '../../../test-fixtures/outcome-code.ts'
import { readChainHistory } from './chain-history.ts'
import { addressToTopic } from './erc1056.ts'
import { createRegistryServices } from '../registry-services.ts'

const identity = '0xf3beac30c498d9e26865f34fcaa57dbb935b0d74'
const contract = '0xdCa7EF03e98e0DC2B855bE647C39ABe984fcF21B'

/** An event that changes the owner to the address with the given number. */
function ownerChanged(owner: number, previousChange: number): EvmLog {
  const address = `0x${owner.toString().padStart(40, '0')}`
  const data = AbiCoder.defaultAbiCoder().encode(['address', 'uint256'], [address, previousChange])
  return {
    topics: [id('DIDOwnerChanged(address,address,uint256)'), addressToTopic(identity)],
    data: Uint8Array.from(Buffer.from(data.slice(2), 'hex')),
  }
}

function attributeNamed(name: string, previousChange: number, value = '0x'): EvmLog {
  const types = ['bytes32', 'bytes', 'uint256', 'uint256']
  const data = AbiCoder.defaultAbiCoder().encode(types, [name, value, 1, previousChange])
  return {
    topics: [id('DIDAttributeChanged(address,bytes32,bytes,uint256,uint256)'), addressToTopic(identity)],
    data: Uint8Array.from(Buffer.from(data.slice(2), 'hex')),
  }
}

function read(lastChange: number, blocks: (block: number) => readonly EvmLog[], now?: () => number) {
  const client: EvmHistoryClient = {
    ...fakeChain().client,
    logs: async ({ block }) => blocks(Number(block)),
    logsInRange: async () => [],
    blockTime: async (block) => Number(block),
  }
  const services = createRegistryServices(now === undefined ? {} : { now })
  return readChainHistory(services, client, contract, identity, BigInt(lastChange))
}

describe('readChainHistory', () => {
  test('reads the events from the last change back to the first, through blocks with several changes', async () => {
    const logs: Readonly<Record<number, readonly EvmLog[]>> = {
      9: [ownerChanged(3, 5), ownerChanged(4, 9)],
      5: [ownerChanged(1, 0), ownerChanged(2, 5)],
    }
    const { events } = await read(9, (block) => logs[block] ?? [])
    expect(events.map(({ version, kind }) => ({ version, kind }))).toEqual(
      [5, 5, 9, 9].map((version) => ({ version, kind: 'owner' })),
    )
    expect(events.map((event) => event.kind === 'owner' && Number(event.owner.slice(-1)))).toEqual([1, 2, 3, 4])
  })

  test('skips an event whose name is not UTF-8', async () => {
    const logs: Readonly<Record<number, readonly EvmLog[]>> = {
      9: [attributeNamed(`0x${'ff'.repeat(32)}`, 5)],
      5: [ownerChanged(1, 0)],
    }
    expect((await read(9, (block) => logs[block] ?? [])).events).toMatchObject([{ kind: 'owner', version: 5 }])
  })

  test('throws if the node lacks events, repeats a block or returns a malformed event', async () => {
    expect(await outcomeCode(read(9, (block) => (block === 9 ? [ownerChanged(1, 5)] : [])))).toBe(
      'transaction.chain-unavailable',
    )
    expect(await outcomeCode(read(9, () => [ownerChanged(1, 9)]))).toBe('transaction.chain-unavailable')
    const malformed = { ...ownerChanged(1, 0), data: Uint8Array.of(1) }
    expect(await outcomeCode(read(9, () => [malformed]))).toBe('transaction.chain-unavailable')
  })

  test('throws if the attribute values exceed the size limit', async () => {
    const value = `0x${'11'.repeat(512 * 1024)}`
    const { data, topics } = attributeNamed(`0x${'61'.padEnd(64, '0')}`, 1, value)
    let requests = 0
    const logs = (block: number): readonly EvmLog[] => {
      requests++
      const previous = Buffer.from((block - 1).toString(16).padStart(64, '0'), 'hex')
      // The block of the previous change is the fourth word.
      return [{ topics, data: Uint8Array.from(Buffer.concat([data.subarray(0, 96), previous, data.subarray(128)])) }]
    }
    expect(await outcomeCode(read(100, logs))).toBe('did.history-too-long')
    expect(requests).toBeLessThan(20)
  })

  test('throws if the number of changes or the reading time exceeds its limit', async () => {
    expect(await outcomeCode(read(5000, (block) => [ownerChanged(1, block - 1)]))).toBe('did.history-too-long')
    let time = 0
    expect(
      await outcomeCode(
        read(
          500,
          (block) => [ownerChanged(1, block - 1)],
          () => (time += 1000),
        ),
      ),
    ).toBe('did.history-too-long')
    expect(time).toBeLessThan(60_000)
  })
})
