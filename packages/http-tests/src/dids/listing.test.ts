import { openTestDatabases } from '@billfold/test-databases'
import { describe, expect, it } from 'vitest'
import { listingDatabase, pageTimes } from './many-wallets.ts'

describe.each(await openTestDatabases())('a long list of wallets on $name', (database) => {
  it('is paged through without a wallet twice, left out, or of another tenant', async () => {
    const { caller, drop } = await listingDatabase(database, 700)
    const { ids, pages } = await pageTimes(caller, 100)
    expect(pages).toBe(7)
    expect(ids).toHaveLength(700)
    expect(ids).toEqual([...new Set(ids)].sort())
    const { body } = await caller.call('GET', '/wallets')
    expect(body.wallets).toHaveLength(700)
    expect(body.next).toBeUndefined()
    await drop()
  })
})
