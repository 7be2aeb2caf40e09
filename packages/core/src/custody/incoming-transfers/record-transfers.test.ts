import { beforeEach, describe, expect, it } from 'vitest'
import { memoryStorage, batch, insert, type Storage, type Table } from '../../kernel/storage/index.ts'
import { auditRecords } from '../../platform/audit/tables.ts'
import { createRow } from '../../test-fixtures/create-row.ts'
import { testServices } from '../../test-fixtures/services.ts'
import type { CustodyServices } from '../services.ts'
import { wallets } from '../wallets/tables.ts'
import { recordIncomingTransfers, transferLimits } from './record-transfers.ts'
import { transferCursors } from './table.ts'
import { type IncomingTransfer, resolveTransferSources, type TransferSource } from './transfer-source.ts'

let storage: Storage
let chain: IncomingTransfer[]
let source: TransferSource

beforeEach(() => {
  storage = memoryStorage()
  chain = []
  source = {
    network: 'eip155:1',
    blockRange: 5,
    fromBlock: 1,
    finalBlock: async () => 10,
    listTransfers: async ({ fromBlock, toBlock, findWallets }) => {
      const blocks = chain.filter(({ block }) => block >= fromBlock && block <= toBlock)
      const found = await findWallets(blocks.map(({ to }) => to))
      return blocks.filter(({ to }) => found.has(to))
    },
  }
})

const services = (more: Partial<TransferSource> = {}, over: Storage = storage): CustodyServices => ({
  ...testServices(over),
  transferSources: resolveTransferSources({ ETHEREUM: { ...source, ...more } }),
})
const walletTable: Table = wallets
const addWallet = (id: string, address: string, more: object = {}) =>
  storage.commit(batch(insert(walletTable, { ...createRow(wallets), id, address, secretType: 'ETHEREUM', ...more })))
const transfer = (block: number, position: number, to = '0xa'): IncomingTransfer => ({
  block,
  position,
  to,
  hash: `${block}-${position}`,
  amount: 1n,
})
const recorded = async (): Promise<readonly string[]> => {
  const records = await storage.find(auditRecords, { where: { action: 'transfer.received' }, orderBy: [['id', 'asc']] })
  return records.map(({ subject, detail }) => `${subject} ${String(JSON.parse(detail ?? '{}').hash)}`)
}
const cursor = () => storage.find(transferCursors, {})

describe('recordIncomingTransfers', () => {
  it('records what wallets of the chain receive, in all tenants, and nothing else', async () => {
    await addWallet('one', '0xa', { tenant: 'first' })
    await addWallet('two', '0xa', { tenant: 'second' })
    await addWallet('other', '0xb', { secretType: 'MATIC' })
    chain = [transfer(2, 0), transfer(7, 3), transfer(8, 0, '0xb'), transfer(9, 0, '0xc'), transfer(11, 0)]
    await recordIncomingTransfers(services())
    expect((await recorded()).toSorted()).toEqual(['one 2-0', 'one 7-3', 'two 2-0', 'two 7-3'])
    expect(await cursor()).toEqual([{ secretType: 'ETHEREUM', network: 'eip155:1', block: 10, position: 0 }])
    const [record] = await storage.find(auditRecords, { where: { subject: 'two' } })
    expect(record).toMatchObject({ tenant: 'second', actor: 'chain' })
  })

  it('starts after the newest final block, unless the source names another one', async () => {
    await addWallet('one', '0xa')
    chain = [transfer(10, 0), transfer(11, 0)]
    await recordIncomingTransfers(services({ fromBlock: undefined }))
    await recordIncomingTransfers(services({ fromBlock: undefined, finalBlock: async () => 11 }))
    expect(await recorded()).toEqual(['one 11-0'])
  })

  it('records each transfer once if runs are concurrent', async () => {
    await addWallet('one', '0xa')
    chain = Array.from({ length: 10 }, (_, block) => transfer(block + 1, 0))
    await Promise.all(Array.from({ length: 8 }, () => recordIncomingTransfers(services())))
    await recordIncomingTransfers(services())
    expect(await recorded()).toEqual(chain.map(({ hash }) => `one ${hash}`))
  })

  it('resumes within a block of many transfers after its process has ended', async () => {
    await addWallet('one', '0xa')
    const count = 2.5 * transferLimits.transfersPerCommit
    chain = [transfer(3, 0), ...Array.from({ length: count }, (_, position) => transfer(4, position)), transfer(5, 0)]
    let commits = 0
    const dying: Storage = {
      ...storage,
      find: (...query) => storage.find(...query),
      commit: async (one) => {
        if (++commits > 2) throw new Error('the process has ended')
        return storage.commit(one)
      },
    }
    await expect(recordIncomingTransfers(services({}, dying))).rejects.toThrow('the process has ended')
    expect(await cursor()).toMatchObject([{ block: 3, position: transferLimits.transfersPerCommit - 1 }])
    await recordIncomingTransfers(services())
    expect(await recorded()).toEqual(chain.map(({ hash }) => `one ${hash}`))
  })

  it('reads a bounded number of blocks in one run', async () => {
    const ranges: string[] = []
    const endless = services({
      finalBlock: async () => 1_000_000,
      listTransfers: async ({ fromBlock, toBlock }) => {
        ranges.push(`${fromBlock}-${toBlock}`)
        return []
      },
    })
    await recordIncomingTransfers(endless)
    expect(ranges).toHaveLength(transferLimits.ranges)
    await recordIncomingTransfers(endless)
    expect(ranges[transferLimits.ranges]).toBe('101-105')
  })

  it('does nothing while the node is behind, and continues after a source has failed', async () => {
    await addWallet('one', '0xa')
    chain = [transfer(6, 0)]
    let isBroken = true
    const flaky = services({
      listTransfers: async (query) => {
        if (isBroken && query.fromBlock > 5) throw new Error('no route to host')
        return source.listTransfers(query)
      },
    })
    await recordIncomingTransfers(flaky)
    expect(await cursor()).toMatchObject([{ block: 5 }])
    await recordIncomingTransfers(services({ finalBlock: async () => 2 }))
    await recordIncomingTransfers(services({ finalBlock: () => Promise.reject(new Error('no route to host')) }))
    isBroken = false
    await recordIncomingTransfers(flaky)
    expect(await recorded()).toEqual(['one 6-0'])
  })

  it.each<readonly [string, Partial<IncomingTransfer>]>([
    ['another block', { block: 99 }],
    ['no amount', { amount: 0n }],
    ['a negative amount', { amount: -1n }],
    ['a position that is none', { position: 0.5 }],
    ['a hash that is too long', { hash: 'x'.repeat(129) }],
  ])('records nothing of a list with a transfer of %s', async (_what, faulty) => {
    await addWallet('one', '0xa')
    const listTransfers = async ({ findWallets }: Parameters<TransferSource['listTransfers']>[0]) => {
      await findWallets(['0xa'])
      return [transfer(1, 0), { ...transfer(2, 0), ...faulty }]
    }
    await recordIncomingTransfers(services({ listTransfers }))
    expect(await recorded()).toEqual([])
    expect(await cursor()).toMatchObject([{ block: 0 }])
  })
})

describe('resolveTransferSources', () => {
  it.each([{ blockRange: 0 }, { blockRange: 1.5 }, { blockRange: 1001 }, { fromBlock: -1 }, { fromBlock: 0.5 }])(
    'throws a RangeError for %j',
    (more) => {
      expect(() => resolveTransferSources({ ETHEREUM: { ...source, ...more } })).toThrow(RangeError)
    },
  )
})
