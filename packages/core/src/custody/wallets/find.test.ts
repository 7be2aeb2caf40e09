import { expect, test } from 'vitest'
import { newId } from '../../kernel/ids.ts'
import { batch, insert } from '../../kernel/storage/index.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { listWallets, maxSortedWallets } from './find.ts'
import { wallets } from './tables.ts'

const tenant = 't'

function walletRow(userId: string | null) {
  const id = newId()
  const empty = {
    identifier: null,
    description: null,
    derivationPath: null,
    accountType: null,
    archivedAt: null,
    userOrigin: 'none',
  }
  const key = { publicKey: new Uint8Array(33), generation: 1, sealedKey: new Uint8Array(8) }
  const owner = { id, tenant, ownerId: id, userId, secretType: 'ETHEREUM', address: id, primary: false }
  return { ...owner, ...empty, ...key, createdAt: 1 }
}

test('a tenant with more wallets than can be sorted without an index gets an error, unless one user is listed', async () => {
  const services = testServices()
  const rows = Array.from({ length: maxSortedWallets + 1 }, (_, at) => walletRow(at === 0 ? 'u' : null))
  for (let from = 0; from < rows.length; from += 1000)
    await services.storage.commit(batch(...rows.slice(from, from + 1000).map((row) => insert(wallets, row))))
  const page = { offset: 0, limit: 2 }
  for (const sortOn of ['description', 'identifier'] as const) {
    await expect(listWallets(services, tenant, {}, { ...page, sortOn })).rejects.toMatchObject({
      code: 'input.invalid',
      issues: [{ path: 'sortOn', message: expect.stringContaining('filter by userId') }],
    })
    expect(await listWallets(services, tenant, { userId: 'u' }, { ...page, sortOn })).toHaveLength(1)
  }
  for (const sortOn of ['createdAt', 'address', 'secretType'] as const)
    expect(await listWallets(services, tenant, {}, { ...page, sortOn })).toHaveLength(2)
})
