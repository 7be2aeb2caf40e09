import { randomBytes } from 'node:crypto'
import { sealStream } from '../blobs/index.ts'
import { type EncryptionContext, seal } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import {
  batch,
  retryOnConflict,
  insert,
  isCommitError,
  remove,
  type RowOf,
  update,
  type Write,
} from '../../kernel/storage/index.ts'
import { type FileType, detectFileType, fileHeaderBytes } from './file-types.ts'
import type { WalletActor } from './wallet-actor.ts'
import { reserveByteQuota, reserveFileQuota, releaseFileQuota } from './quota.ts'
import type { FileSettings } from './file-settings.ts'
import { files } from './tables.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

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
 * @throws BillfoldError `file.unsupported-type`, `file.limit-reached`, `body.too-large`, `rate.limited`; rethrows errors of `content`
 */
export async function stageFile(
  services: Services,
  settings: FileSettings,
  actor: WalletActor,
  content: AsyncIterable<Uint8Array>,
): Promise<StagedFile> {
  const { header, whole } = await peekHeader(content)
  const type = detectFileType(header)
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
    sealedKey: await seal(services.keyring, key, fileKeyContext({ tenant, id })),
    createdAt: services.now(),
    usedAt: null,
  }
  await retryOnConflict(async () => {
    const quotaWrite = await reserveFileQuota(services.storage, { tenant, owner }, settings)
    if (quotaWrite === undefined) throw new BillfoldError('file.limit-reached')
    await services.storage.commit(batch(insert(files, row), quotaWrite))
  })
  let bytes = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of whole) {
      bytes += piece.length
      if (bytes > settings.maxFileBytes) throw new BillfoldError('body.too-large')
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
export function finalizeFileWrites(
  settings: FileSettings,
  staged: readonly StagedFile[],
  usedAt: number | null,
): readonly Write[] {
  return staged.flatMap(({ id, tenant, owner, bytes }) => [
    reserveByteQuota({ tenant, owner }, bytes, settings),
    update(files, { where: { id, state: 'writing' }, set: { state: 'stored', bytes, usedAt } }),
  ])
}

/**
 * Finalizes one staged file without a reference. On failure the caller must discard it.
 * @throws BillfoldError `file.limit-reached`
 */
export async function finalizeFile(services: Services, settings: FileSettings, staged: StagedFile): Promise<void> {
  try {
    await services.storage.commit(batch(...finalizeFileWrites(settings, [staged], null)))
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('file.limit-reached', { cause: error })
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
      await services.storage.commit(batch(removal, ...releaseFileQuota({ tenant, owner }, 0)))
    } catch (error) {
      const reason = error instanceof Error ? error.name : typeof error
      services.logger.warn({ fileId: id, reason }, 'staged file removal failed')
    }
  }
}

/** Encryption context of a file's key. */
export function fileKeyContext({ tenant, id }: { readonly tenant: string; readonly id: string }): EncryptionContext {
  return { tenant, table: files.name, row: id, field: 'key' }
}

/** Reads the header bytes ahead. `whole` yields the complete content, header included. */
async function peekHeader(
  content: AsyncIterable<Uint8Array>,
): Promise<{ readonly header: Uint8Array; readonly whole: AsyncIterable<Uint8Array> }> {
  const pieces = content[Symbol.asyncIterator]()
  let header: Uint8Array = new Uint8Array(0)
  while (header.length < fileHeaderBytes) {
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
  { rateLimiter }: Services,
  { maxFilesPerSourcePerHour }: FileSettings,
  actor: WalletActor,
): Promise<void> {
  const key = { name: 'onboarding.files.source', subject: actor.source ?? 'unknown' }
  const { allowed, retryAfterSeconds } = await rateLimiter.consume(key, {
    limit: maxFilesPerSourcePerHour,
    windowSeconds: 3600,
  })
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

/** The `sealedKey` column, for keyring re-encryption. */
export const sealedFileKeys = sealedColumn(files, 'sealedKey', fileKeyContext)
