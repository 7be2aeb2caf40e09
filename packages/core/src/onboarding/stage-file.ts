import { randomBytes } from 'node:crypto'
import { sealStream } from '../blobs/index.ts'
import { type Place, seal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, decide, insert, isCommitError, remove, type RowOf, update, type Write } from '../storage/index.ts'
import { type FileType, fileTypeOf, headBytes } from './file-types.ts'
import type { WalletActor } from './owner.ts'
import { countBytes, countFile, uncountFile } from './quota.ts'
import type { FileSettings } from './settings.ts'
import { files } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** Row of the `files` table. */
export type FileRow = RowOf<typeof files>

/** An uploaded file that is not visible yet: `finalizeFile` stores it, `discardFiles` deletes it. */
export interface StagedFile {
  readonly id: string
  readonly tenant: string
  readonly owner: string
  readonly type: FileType
  readonly bytes: number
}

/**
 * Streams an upload into the blob store, encrypted under a key of its own. The row is inserted before the blob is written, so that an upload
 * interrupted by a crash can be found and purged.
 * @throws BillfoldError `file.unsupported-type`, `file.too-many`, `body.too-large`, `rate.limited`; rethrows errors of `content`
 */
export async function stageFile(
  services: Services,
  settings: FileSettings,
  actor: WalletActor,
  content: AsyncIterable<Uint8Array>,
): Promise<StagedFile> {
  const { header, whole } = await peekHeader(content)
  const type = fileTypeOf(header)
  if (type === undefined) throw new BillfoldError('file.unsupported-type')
  await consumeSourceRateLimit(services, settings, actor)
  const { tenant, id: owner } = actor
  const id = newId()
  const key = randomBytes(32)
  const row: FileRow = {
    id,
    tenant,
    owner,
    state: 'writing',
    type,
    bytes: 0,
    sealedKey: await seal(services.keyring, key, keyPlace({ tenant, id })),
    createdAt: services.now(),
    usedAt: null,
  }
  await decide(async () => {
    const quotaWrite = await countFile(services.storage, { tenant, owner }, settings)
    if (quotaWrite === undefined) throw new BillfoldError('file.too-many')
    await services.storage.commit(batch(insert(files, row), quotaWrite))
  })
  let bytes = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of whole) {
      bytes += piece.length
      if (bytes > settings.fileBytes) throw new BillfoldError('body.too-large')
      yield piece
    }
  }
  try {
    await settings.blobs.put({ tenant, id }, sealStream(key, counted()))
  } catch (error) {
    await discardFiles(services, settings, [{ id, tenant, owner, type, bytes: 0 }])
    throw error
  }
  return { id, tenant, owner, type, bytes }
}

/** Writes that finalize staged files. `usedAt` is null while nothing references them. */
export function keepWrites(
  settings: FileSettings,
  staged: readonly StagedFile[],
  usedAt: number | null,
): readonly Write[] {
  return staged.flatMap(({ id, tenant, owner, bytes }) => [
    countBytes({ tenant, owner }, bytes, settings),
    update(files, { where: { id, state: 'writing' }, set: { state: 'stored', bytes, usedAt } }),
  ])
}

/**
 * Finalizes one staged file without a reference. On failure the caller must discard it.
 * @throws BillfoldError `file.too-many`
 */
export async function keepFile(services: Services, settings: FileSettings, staged: StagedFile): Promise<void> {
  try {
    await services.storage.commit(batch(...keepWrites(settings, [staged], null)))
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('file.too-many', { cause: error })
    throw error
  }
}

/** Deletes files staged for a request that failed. Failures are logged and left to `purgeUnusedFiles`. */
export async function discardFiles(
  services: Services,
  settings: FileSettings,
  staged: readonly StagedFile[],
): Promise<void> {
  for (const { id, tenant, owner } of staged) {
    try {
      // Claim the row first: if the file was finalized after all, its blob must stay.
      const marking = update(files, { where: { id, state: 'writing' }, set: { state: 'removing' } })
      await services.storage.commit(batch(marking))
      await settings.blobs.remove({ tenant, id })
      const removal = remove(files, { where: { id, state: 'removing' } })
      await services.storage.commit(batch(removal, ...uncountFile({ tenant, owner }, 0)))
    } catch (error) {
      const reason = error instanceof Error ? error.name : typeof error
      services.logger.warn({ fileId: id, reason }, 'staged file removal failed')
    }
  }
}

/** Encryption context of a file's key. */
export function keyPlace({ tenant, id }: { readonly tenant: string; readonly id: string }): Place {
  return { tenant, table: files.name, row: id, field: 'key' }
}

/** Reads the header bytes ahead. `whole` yields the complete content, header included. */
async function peekHeader(
  content: AsyncIterable<Uint8Array>,
): Promise<{ readonly header: Uint8Array; readonly whole: AsyncIterable<Uint8Array> }> {
  const pieces = content[Symbol.asyncIterator]()
  let header: Uint8Array = new Uint8Array(0)
  while (header.length < headBytes) {
    const next = await pieces.next()
    if (next.done === true) break
    header = Buffer.concat([header, next.value])
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield header
    for (;;) {
      const next = await pieces.next()
      if (next.done === true) return
      yield next.value
    }
  }
  return { header, whole: whole() }
}

async function consumeSourceRateLimit(
  { limiter }: Services,
  { sourceFiles }: FileSettings,
  actor: WalletActor,
): Promise<void> {
  const key = { name: 'onboarding.files.source', subject: actor.source ?? 'unknown' }
  const { allowed, retryAfterSeconds } = await limiter.take(key, { most: sourceFiles, seconds: 3600 })
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

/** The `sealedKey` column, for keyring re-encryption. */
export const sealedFileKeys = sealedColumn(files, 'sealedKey', keyPlace)
