import { turnsByKey } from '../crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Where } from '../storage/index.ts'
import { faceGalleries, faceTemplates } from './face-tables.ts'
import { type PackedGallery, packedGallery } from './packed-gallery.ts'
import { openTemplate, type TemplateRow } from './people.ts'
import type { InlineGallery, Template } from './verifier.ts'

/** In-memory cache of the galleries of a process. */
export interface Galleries {
  /**
   * Loads the current templates of a community as a packed gallery, with a function that maps its person numbers to ids.
   * @throws BillfoldError `gallery.limit-reached` if the gallery has more rows than the cache allows
   */
  readonly open: (
    services: Services,
    key: GalleryName,
  ) => Promise<{ readonly gallery: InlineGallery; readonly personOf: PackedGallery['personOf'] }>
}

/** Key of a gallery: the templates of one format in a community. */
export interface GalleryName {
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
const defaults = { bytes: 256 * 1024 * 1024, rows: 200_000 } as const
const pageSize = 1000
/** Reload a gallery completely after this idle time, since tombstones of removed templates are retained for one day only. */
const maxIdleMs = 60 * 60 * 1000

/**
 * Creates an LRU cache of galleries. Each load reads the gallery's version and then only the changes since the cached one.
 * @param bounds memory of all galleries in bytes (default 256 MiB) and templates per gallery (default 200,000)
 */
export function galleries(bounds: { readonly bytes?: number; readonly rows?: number } = {}): Galleries {
  const { bytes: maxBytes, rows: maxRows } = { ...defaults, ...bounds }
  const cached = new Map<string, Loaded>()
  const mutex = turnsByKey(10_000)

  const evict = (): void => {
    let total = [...cached.values()].reduce((sum, { packed }) => sum + packed.bytes(), 0)
    for (const [key, { packed }] of cached) {
      if (total <= maxBytes || cached.size === 1) return
      cached.delete(key)
      total -= packed.bytes()
    }
  }

  return {
    open: (services, key) => {
      const cacheKey = JSON.stringify([key.tenant, key.community, key.format])
      return mutex(cacheKey, async () => {
        const { tenant, community } = key
        const [row] = await services.storage.find(faceGalleries, { where: { tenant, community }, limit: 1 })
        const now = services.now()
        const found = cached.get(cacheKey)
        const fresh = found !== undefined && now - found.readAt < maxIdleMs
        const loaded = fresh ? found : { packed: packedGallery(key.rowBytes), version: 0, readAt: now }
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
        return { gallery: loaded.packed.snapshot(), personOf: loaded.packed.personOf }
      })
    },
  }
}

/** Applies the changes since the loaded version, in the order of versions. */
async function loadChanges(services: Services, key: GalleryName, loaded: Loaded, maxRows: number): Promise<void> {
  const removed = new Set<string>()
  for (;;) {
    const rows = await listChanges(services, key, loaded.version)
    const full = rows.length === pageSize
    const last = rows.at(-1)?.galleryVersion
    if (last === undefined) break
    // The last version of a full page may continue on the next page.
    const complete = full ? rows.filter(({ galleryVersion }) => galleryVersion < last) : rows
    for (const row of complete) await applyRow(services, row, key, loaded.packed, removed)
    if (loaded.packed.rows() > maxRows) throw new BillfoldError('gallery.full')
    loaded.version = full ? (complete.at(-1)?.galleryVersion ?? last) : last
    if (!full) break
  }
  if (removed.size > 0) loaded.packed.without(removed)
}

function listChanges(services: Services, key: GalleryName, version: number): Promise<TemplateRow[]> {
  const { tenant, community } = key
  const where: Where<TemplateRow> = {
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
  row: TemplateRow,
  { format, rowBytes }: GalleryName,
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
async function tryOpenTemplate(services: Services, row: TemplateRow): Promise<Template | undefined> {
  try {
    return await openTemplate(services, row)
  } catch (error) {
    if (!isBillfoldError(error, 'sealed.invalid')) throw error
    services.logger.error({ template: row.id }, 'face template decryption failed')
    return undefined
  }
}
