import { newId, type Storage, tables } from '@billfold/core'
import { batch, insert } from '@billfold/core/storage'

/**
 * Creates a user of the default tenant directly in the storage, for tests of a module. A host creates users through its APIs.
 *
 * @param storage the storage of the Billfold under test, with its tables
 * @param id the id of the user, at most 36 characters. Default: a new one
 * @returns the id
 * @throws CommitError if there is a user with this id
 *
 * @example
 * ```ts
 * import { memoryStorage } from '@billfold/core'
 * import { createTestUser } from '@billfold/testing'
 *
 * const userId = await createTestUser(memoryStorage())
 * ```
 */
export async function createTestUser(storage: Storage, id: string = newId()): Promise<string> {
  const users = tables.find(({ name }) => name === 'users')
  if (users === undefined) throw new Error('Billfold has no table users')
  const row = { id, tenant: 'default', reference: null, origin: 'test', createdAt: Date.now(), archivedAt: null }
  await storage.commit(batch(insert(users, row)))
  return id
}
