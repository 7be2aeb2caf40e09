import { openStream } from '../blobs/index.ts'
import { unseal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { update, type Write } from '../storage/index.ts'
import type { FileSettings } from './settings.ts'
import { type FileRow, keyPlace } from './stage-file.ts'
import { files } from './tables.ts'

const prefix = 'file-'

/** A file's id as callers know it: text of a form that nothing else in an attribute has. */
export function publicFileId(id: string): string {
  return prefix + id
}

/** The inner id, or undefined for text that is no file's id. */
export function readFileId(text: string): string | undefined {
  return /^file-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text.slice(prefix.length) : undefined
}

/** Whose files: of one wallet, or, for the host, of the whole tenant. */
export interface FileScope {
  readonly tenant: string
  readonly owner?: string
}

/** Those of these files, by their inner ids, that there are in the scope. At most 1,000. */
export async function findFiles(
  services: Services,
  { tenant, owner }: FileScope,
  ids: readonly string[],
): Promise<FileRow[]> {
  if (ids.length === 0) return []
  const where = { id: { in: ids }, tenant, state: 'kept', ...(owner !== undefined && { owner }) }
  return services.storage.find(files, { where })
}

/** The writes that refer to files of a wallet; they do not hold where one has gone meanwhile. */
export function useWrites(rows: readonly FileRow[], usedAt: number): readonly Write[] {
  return rows.map(({ id, owner }) => update(files, { where: { id, owner, state: 'kept' }, set: { usedAt } }))
}

/** A file with its bytes. */
export interface OpenFile {
  readonly id: string
  readonly type: string
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly content: AsyncIterable<Uint8Array>
}

/**
 * Opens a file of the scope.
 * @param id as callers know it
 * @throws BillfoldError `file.unknown`
 */
export async function readFile(
  services: Services,
  { blobs }: FileSettings,
  scope: FileScope,
  id: string,
): Promise<OpenFile> {
  const inner = readFileId(id)
  const [row] = inner === undefined ? [] : await findFiles(services, scope, [inner])
  if (row === undefined) throw new BillfoldError('file.unknown')
  const sealed = await blobs.get({ tenant: row.tenant, id: row.id })
  if (sealed === undefined) throw new BillfoldError('file.unknown')
  const key = await unseal(services.keyring, row.sealedKey, keyPlace(row))
  const { type, bytes, createdAt } = row
  return { id, type, bytes, createdAt, content: openStream(key, sealed) }
}
