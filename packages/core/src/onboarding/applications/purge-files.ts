import type { Services } from '../../platform/services.ts'
import { batch, isCommitError, remove, update } from '../../kernel/storage/index.ts'
import { releaseFileQuota } from './quota.ts'
import { type FileSettings, unusedFileTtlMs } from './file-settings.ts'
import type { FileRow } from './stage-file.ts'
import { files } from './tables.ts'

/** A call processes at most `batchSize * maxBatches` = 20,000 files. The next call continues. */
const batchSize = 100
const maxBatches = 200

/** Deletes files unreferenced for a day, uploads that were never completed, and files whose deletion was interrupted. */
export async function purgeUnusedFiles(services: Services, settings: FileSettings): Promise<void> {
  const before = { createdAt: { lt: services.now() - unusedFileTtlMs } }
  const abandoned = [
    { state: 'writing', ...before },
    { state: 'stored', usedAt: null, ...before },
  ]
  for (const where of abandoned) {
    for (let round = 0; round < maxBatches; round++) {
      const rows = await services.storage.find(files, { where, limit: batchSize })
      for (const row of rows) await markForRemoval(services, row)
      if (rows.length < batchSize) break
    }
  }
  await deleteMarkedFiles(services, settings, { state: 'removing' })
}

/** Marks a file so that nothing can reference it any more. Does nothing if it was referenced concurrently. */
async function markForRemoval(services: Services, { id, state }: FileRow): Promise<void> {
  try {
    const where = { id, state, usedAt: null }
    await services.storage.commit(batch(update(files, { where, set: { state: 'removing' } })))
  } catch (error) {
    if (!isCommitError(error)) throw error
  }
}

/** Deletes the blobs of files marked for removal, then their rows. Safe to run concurrently. */
export async function deleteMarkedFiles(
  services: Services,
  settings: FileSettings,
  where: { readonly state: 'removing'; readonly tenant?: string; readonly owner?: string },
): Promise<void> {
  // Page by id, so that files whose removal fails do not block the others.
  let last = ''
  for (let round = 0; round < maxBatches; round++) {
    const rows = await services.storage.find(files, {
      where: { ...where, id: { gt: last } },
      orderBy: [['id', 'asc']],
      limit: batchSize,
    })
    for (const row of rows) await deleteMarkedFile(services, settings, row)
    if (rows.length < batchSize) return
    last = rows.at(-1)?.id ?? last
  }
}

async function deleteMarkedFile(services: Services, settings: FileSettings, row: FileRow): Promise<void> {
  try {
    await settings.blobs.remove({ tenant: row.tenant, id: row.id })
    const removal = remove(files, { where: { id: row.id, state: 'removing' } })
    await services.storage.commit(batch(removal, ...releaseFileQuota(row, row.bytes)))
  } catch (error) {
    if (isCommitError(error)) return
    const reason = error instanceof Error ? error.name : typeof error
    services.logger.warn({ fileId: row.id, reason }, 'file removal failed')
  }
}
