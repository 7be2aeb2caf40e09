import { remove } from '../../kernel/storage/index.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { openRequest } from './saved-request.ts'
import { savedRequests } from './table.ts'

/** The personal data in saved requests: what a user was asked to sign. Erasure deletes it. */
export const savedRequestData: PersonalData = {
  name: 'savedRequests',
  tables: [savedRequests],
  collect: async (services, { tenant, userId }) => {
    const rows = await services.storage.find(savedRequests, {
      where: { tenant, ownerId: userId },
      orderBy: [['id', 'asc']],
    })
    if (rows.length === 0) return undefined
    return Promise.all(
      rows.map(async (row) => ({
        id: row.id,
        kind: row.kind,
        type: row.type,
        state: row.state,
        walletId: row.walletId,
        createdAt: new Date(row.createdAt).toISOString(),
        request: await openRequest(services, row),
      })),
    )
  },
  erase: (_, { tenant, userId }) =>
    Promise.resolve({
      writes: [remove(savedRequests, { where: { tenant, ownerId: userId }, expectedRows: 'any' })],
    }),
}
