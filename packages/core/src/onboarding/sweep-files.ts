import type { Services } from '../services.ts'
import { batch, isCommitError, remove, update } from '../storage/index.ts'
import { uncountFile } from './quota.ts'
import { type FileSettings, unusedFileLife } from './settings.ts'
import type { FileRow } from './stage-file.ts'
import { files } from './tables.ts'

/** How many files are looked up at once, and how often in one call: at most 20,000 files. The next call goes on. */
const filesAtOnce = 100
const mostLooks = 200

/** Removes files that nothing has referred to for a day, that were never written to their end, and whose removal never ended. */
export async function sweepFiles(services: Services, settings: FileSettings): Promise<void> {
  const before = { createdAt: { lt: services.now() - unusedFileLife } }
  const abandoned = [
    { state: 'writing', ...before },
    { state: 'kept', usedAt: null, ...before },
  ]
  for (const where of abandoned) {
    for (let look = 0; look < mostLooks; look++) {
      const rows = await services.storage.find(files, { where, limit: filesAtOnce })
      for (const row of rows) await condemn(services, row)
      if (rows.length < filesAtOnce) break
    }
  }
  await finishRemovals(services, settings, { state: 'removing' })
}

/** From then on nothing can refer to the file. Somebody may have referred to it just now: then it stays. */
async function condemn(services: Services, { id, state }: FileRow): Promise<void> {
  try {
    const where = { id, state, usedAt: null }
    await services.storage.commit(batch(update(files, { where, set: { state: 'removing' } })))
  } catch (error) {
    if (!isCommitError(error)) throw error
  }
}

/** Removes the blobs of files that are condemned, and then their rows. Two who do it at once do no harm. */
export async function finishRemovals(
  services: Services,
  settings: FileSettings,
  where: { readonly state: 'removing'; readonly tenant?: string; readonly owner?: string },
): Promise<void> {
  // Onwards from the last one: those that cannot be removed now hold up no others.
  let last = ''
  for (let look = 0; look < mostLooks; look++) {
    const rows = await services.storage.find(files, {
      where: { ...where, id: { gt: last } },
      orderBy: [['id', 'asc']],
      limit: filesAtOnce,
    })
    for (const row of rows) await finishRemoval(services, settings, row)
    if (rows.length < filesAtOnce) return
    last = rows.at(-1)?.id ?? last
  }
}

async function finishRemoval(services: Services, settings: FileSettings, row: FileRow): Promise<void> {
  try {
    await settings.blobs.remove({ tenant: row.tenant, id: row.id })
    const removal = remove(files, { where: { id: row.id, state: 'removing' } })
    await services.storage.commit(batch(removal, ...uncountFile(row, row.bytes)))
  } catch (error) {
    if (isCommitError(error)) return
    const reason = error instanceof Error ? error.name : typeof error
    services.logger.warn({ fileId: row.id, reason }, 'a file could not be removed yet')
  }
}
