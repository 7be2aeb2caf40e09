import { memoryStorage } from '@billfold/core/storage'
import { describeStorage } from './describe-storage.ts'

describeStorage('in-memory storage', async () => {
  const storage = memoryStorage()
  return { storages: [storage, storage], close: async () => {} }
})
