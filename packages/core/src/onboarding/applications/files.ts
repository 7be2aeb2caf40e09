import { openStream } from '../blobs/index.ts'
import { open } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { update, type Write } from '../../kernel/storage/index.ts'
import type { FileSettings } from './file-settings.ts'
import { type FileRow, fileKeyContext } from './stage-file.ts'
import { files } from './tables.ts'

const prefix = 'file-'

/** Formats the public id of a file. The `file-` prefix makes it recognisable inside attribute values. */
export function toPublicFileId(id: string): string {
  return prefix + id
}

/** Parses a public file id to the row id. Returns undefined if the text is not a file id. */
export function parseFileId(text: string): string | undefined {
  return /^file-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text.slice(prefix.length) : undefined
}

/** Files visible to the caller: those of one wallet or, for the host, those of the whole tenant. */
export interface FileScope {
  readonly tenant: string
  readonly owner?: string
}

/** Lists the stored files with these row ids within the scope. Accepts at most 1,000 ids. */
export async function listFiles(
  services: Services,
  { tenant, owner }: FileScope,
  ids: readonly string[],
): Promise<FileRow[]> {
  if (ids.length === 0) return []
  const where = { id: { in: ids }, tenant, state: 'stored', ...(owner !== undefined && { owner }) }
  return services.storage.find(files, { where })
}

/** Writes that mark files as referenced. The commit fails if one of them was deleted concurrently. */
export function fileReferenceWrites(rows: readonly FileRow[], usedAt: number): readonly Write[] {
  return rows.map(({ id, owner }) => update(files, { where: { id, owner, state: 'stored' }, set: { usedAt } }))
}

/** An uploaded file and its content. */
export interface StoredFile {
  /** Public id: `file-…`. */
  readonly id: string
  /** Media type, detected from the content. */
  readonly type: string
  /** Size in bytes. */
  readonly bytes: number
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** Decrypted chunks, read lazily. Rejects with `sealed.invalid` if the blob was tampered with. */
  readonly content: AsyncIterable<Uint8Array>
}

/**
 * Reads and decrypts a file of the scope.
 * @param id public id, `file-…`
 * @throws BillfoldError `file.not-found`
 */
export async function readFile(
  services: Services,
  { blobs }: FileSettings,
  scope: FileScope,
  id: string,
): Promise<StoredFile> {
  const rowId = parseFileId(id)
  const [row] = rowId === undefined ? [] : await listFiles(services, scope, [rowId])
  if (row === undefined) throw new BillfoldError('file.not-found')
  const sealed = await blobs.get({ tenant: row.tenant, id: row.id })
  if (sealed === undefined) throw new BillfoldError('file.not-found')
  const key = await open(services.keyring, row.sealedKey, fileKeyContext(row))
  const { type, bytes, createdAt } = row
  return { id, type, bytes, createdAt, content: openStream(key, sealed) }
}
