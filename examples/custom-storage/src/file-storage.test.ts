import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeStorage } from '@billfold/testing'
import { fileStorage } from './file-storage.ts'

describeStorage('fileStorage', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'custom-storage-'))
  const file = join(directory, 'rows.json')
  return {
    storages: [fileStorage(file), fileStorage(file)],
    close: () => rm(directory, { recursive: true }),
  }
})
