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

/** A file as it is kept. */
export type FileRow = RowOf<typeof files>

/** A file whose bytes are kept, but which is nobody's until a commit says so. */
export interface StagedFile {
  readonly id: string
  readonly tenant: string
  readonly owner: string
  readonly type: FileType
  readonly bytes: number
}

/**
 * Takes the bytes of a file, piece by piece. Its row is there before its blob, so that whatever a crash leaves is found by its row.
 * @throws BillfoldError `file.unsupported-type`, `file.too-many`, `body.too-large`, `rate.limited`, and what the content throws
 */
export async function stageFile(
  services: Services,
  settings: FileSettings,
  actor: WalletActor,
  content: AsyncIterable<Uint8Array>,
): Promise<StagedFile> {
  const { head, whole } = await beheaded(content)
  const type = fileTypeOf(head)
  if (type === undefined) throw new BillfoldError('file.unsupported-type')
  await countSource(services, settings, actor)
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
    const oneMore = await countFile(services.storage, { tenant, owner }, settings)
    if (oneMore === undefined) throw new BillfoldError('file.too-many')
    await services.storage.commit(batch(insert(files, row), oneMore))
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

/** The writes that keep staged files; `usedAt` is null where nothing refers to them yet. */
export function keepWrites(
  settings: FileSettings,
  staged: readonly StagedFile[],
  usedAt: number | null,
): readonly Write[] {
  return staged.flatMap(({ id, tenant, owner, bytes }) => [
    countBytes({ tenant, owner }, bytes, settings),
    update(files, { where: { id, state: 'writing' }, set: { state: 'kept', bytes, usedAt } }),
  ])
}

/**
 * Keeps one staged file that nothing refers to yet. Whoever staged it discards it when this fails.
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

/** Leaves nothing of files that were staged for an act that failed. What cannot be removed now is swept later. */
export async function discardFiles(
  services: Services,
  settings: FileSettings,
  staged: readonly StagedFile[],
): Promise<void> {
  for (const { id, tenant, owner } of staged) {
    try {
      // First the row: if the file was kept after all, its blob must stay.
      const condemned = update(files, { where: { id, state: 'writing' }, set: { state: 'removing' } })
      await services.storage.commit(batch(condemned))
      await settings.blobs.remove({ tenant, id })
      const removed = remove(files, { where: { id, state: 'removing' } })
      await services.storage.commit(batch(removed, ...uncountFile({ tenant, owner }, 0)))
    } catch (error) {
      const reason = error instanceof Error ? error.name : typeof error
      services.logger.warn({ fileId: id, reason }, 'a file that nobody needs could not be removed yet')
    }
  }
}

/** Where the key of a file is sealed for. */
export function keyPlace({ tenant, id }: { readonly tenant: string; readonly id: string }): Place {
  return { tenant, table: files.name, row: id, field: 'key' }
}

/** The first bytes, and all of them, those included. */
async function beheaded(
  content: AsyncIterable<Uint8Array>,
): Promise<{ readonly head: Uint8Array; readonly whole: AsyncIterable<Uint8Array> }> {
  const pieces = content[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array(0)
  while (head.length < headBytes) {
    const next = await pieces.next()
    if (next.done === true) break
    head = Buffer.concat([head, next.value])
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield head
    for (;;) {
      const next = await pieces.next()
      if (next.done === true) return
      yield next.value
    }
  }
  return { head, whole: whole() }
}

async function countSource({ limiter }: Services, { sourceFiles }: FileSettings, actor: WalletActor): Promise<void> {
  const key = { name: 'onboarding.files.source', subject: actor.source ?? 'unknown' }
  const { allowed, retryAfterSeconds } = await limiter.take(key, { most: sourceFiles, seconds: 3600 })
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

/** What the keyring seals here. */
export const sealedFileKeys = sealedColumn(files, 'sealedKey', keyPlace)
