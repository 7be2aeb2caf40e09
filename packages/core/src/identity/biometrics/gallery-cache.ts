import { keyedMutex } from '../../kernel/crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import type { Where } from '../../kernel/storage/index.ts'
import { faceGalleries, faceTemplates } from './face-tables.ts'
import { type PackedGallery, createPackedGallery } from './packed-gallery.ts'
import { openTemplate, type FaceTemplateRow } from './face-people.ts'
import type { InlineGallery, FaceTemplate } from './verifier.ts'

/** In-memory cache of the galleries of a process. */
export interface GalleryCache {
  /**
   * Loads the current templates of a community as a packed gallery, with a function that maps its person numbers to ids.
   * @throws BillfoldError `gallery.limit-reached` if the gallery has more rows than the cache allows
   */
  readonly load: (
    services: Services,
    key: GalleryKey,
  ) => Promise<{ readonly gallery: InlineGallery; readonly personIdAt: PackedGallery['personIdAt'] }>
}

/** Key of a gallery: the templates of one format in a community. */
export interface GalleryKey {
  readonly tenant: string
  readonly community: string
  readonly format: string
  /** Bytes per template. */
  readonly rowBytes: number
}

interface Loaded {
  readonly packed: PackedGallery
  version: number
  readAt: number
}

/** Default limits: memory of all galleries of the process in bytes, and templates per gallery. */
const defaults = { maxBytes: 256 * 1024 * 1024, maxRows: 200_000 } as const
const pageSize = 1000
/** Reload a gallery completely after this idle time, since tombstones of removed templates are retained for one day only. */
const maxIdleMs = 60 * 60 * 1000

/**
 * Creates an LRU cache of galleries. Each load reads the gallery's version and then only the changes since the cached one.
 * @param bounds memory of all galleries in bytes (default 256 MiB) and templates per gallery (default 200,000)
 */
export function createGalleryCache(
  bounds: { readonly maxBytes?: number; readonly maxRows?: number } = {},
): GalleryCache {
  const { maxBytes, maxRows } = { ...defaults, ...bounds }
  const cached = new Map<string, Loaded>()
  const mutex = keyedMutex(10_000)

  const evict = (): void => {
    let total = [...cached.values()].reduce((sum, { packed }) => sum + packed.bytes(), 0)
    for (const [key, { packed }] of cached) {
      if (total <= maxBytes || cached.size === 1) return
      cached.delete(key)
      total -= packed.bytes()
    }
  }

  return {
    load: (services, key) => {
      const cacheKey = JSON.stringify([key.tenant, key.community, key.format])
      return mutex(cacheKey, async () => {
        const { tenant, community } = key
        const [row] = await services.storage.find(faceGalleries, { where: { tenant, community }, limit: 1 })
        const now = services.now()
        const found = cached.get(cacheKey)
        const fresh = found !== undefined && now - found.readAt < maxIdleMs
        const loaded = fresh ? found : { packed: createPackedGallery(key.rowBytes), version: 0, readAt: now }
        try {
          if ((row?.version ?? 0) > loaded.version) await loadChanges(services, key, loaded, maxRows)
        } catch (error) {
          // The entry contains only a part of the changes.
          cached.delete(cacheKey)
          throw error
        }
        loaded.readAt = now
        // Move the entry to the end, which makes it the most recently used.
        cached.delete(cacheKey)
        cached.set(cacheKey, loaded)
        evict()
        return { gallery: loaded.packed.snapshot(), personIdAt: loaded.packed.personIdAt }
      })
    },
  }
}

/** Applies the changes since the loaded version, in the order of versions. */
async function loadChanges(services: Services, key: GalleryKey, loaded: Loaded, maxRows: number): Promise<void> {
  const removed = new Set<string>()
  for (;;) {
    const rows = await listChanges(services, key, loaded.version)
    const full = rows.length === pageSize
    const last = rows.at(-1)?.galleryVersion
    if (last === undefined) break
    // The last version of a full page may continue on the next page.
    const complete = full ? rows.filter(({ galleryVersion }) => galleryVersion < last) : rows
    for (const row of complete) await applyRow(services, row, key, loaded.packed, removed)
    if (loaded.packed.rows() > maxRows) throw new BillfoldError('gallery.limit-reached')
    loaded.version = full ? (complete.at(-1)?.galleryVersion ?? last) : last
    if (!full) break
  }
  if (removed.size > 0) loaded.packed.removeTemplates(removed)
}

function listChanges(services: Services, key: GalleryKey, version: number): Promise<FaceTemplateRow[]> {
  const { tenant, community } = key
  const where: Where<FaceTemplateRow> = {
    tenant,
    community,
    galleryVersion: { gt: version },
    // An empty gallery does not need tombstones.
    ...(version === 0 && { removedAt: null }),
  }
  return services.storage.find(faceTemplates, {
    where,
    orderBy: [
      ['galleryVersion', 'asc'],
      ['id', 'asc'],
    ],
    limit: pageSize,
  })
}

async function applyRow(
  services: Services,
  row: FaceTemplateRow,
  { format, rowBytes }: GalleryKey,
  packed: PackedGallery,
  removed: Set<string>,
): Promise<void> {
  if (row.removedAt !== null) {
    removed.add(row.id)
    return
  }
  if (row.format !== format || row.kind !== 'inline') return
  const template = await tryOpenTemplate(services, row)
  if (template?.kind !== 'inline' || template.bytes.length !== rowBytes) return
  packed.add({ templateId: row.id, personId: row.personId, bytes: template.bytes })
}

/** Skips a template that fails authentication, so that one tampered row does not disable the gallery. */
async function tryOpenTemplate(services: Services, row: FaceTemplateRow): Promise<FaceTemplate | undefined> {
  try {
    return await openTemplate(services, row)
  } catch (error) {
    if (!isBillfoldError(error, 'sealed.invalid')) throw error
    services.logger.error({ template: row.id }, 'face template decryption failed')
    return undefined
  }
}
