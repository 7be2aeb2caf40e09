import { turnsByKey } from '../crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Where } from '../storage/index.ts'
import { faceGalleries, faceTemplates } from './face-tables.ts'
import { type PackedGallery, packedGallery } from './packed-gallery.ts'
import { openTemplate, type TemplateRow } from './people.ts'
import type { InlineGallery, Template } from './verifier.ts'

/** The galleries that a process has in memory. */
export interface Galleries {
  /**
   * The templates of a community as the storage has them now, packed, and who the numbers in it are.
   * @throws BillfoldError `gallery.full` for more than fit into memory
   */
  readonly open: (
    services: Services,
    which: GalleryName,
  ) => Promise<{ readonly gallery: InlineGallery; readonly personOf: PackedGallery['personOf'] }>
}

/** Which templates: of a community, of one format. */
export interface GalleryName {
  readonly tenant: string
  readonly community: string
  readonly format: string
  readonly rowBytes: number
}

interface Loaded {
  readonly packed: PackedGallery
  version: number
  readAt: number
}

/** How much memory the galleries of a process may take together, and how many templates one may have. */
const defaults = { bytes: 256 * 1024 * 1024, rows: 200_000 } as const
const page = 1000
/** After so long without a look the whole gallery is read anew: what was removed is told for a day only. */
const longestRest = 60 * 60 * 1000

/** Keeps the galleries that were used last, within bounds. Each use reads one row, and then what has changed since. */
export function galleries(bounds: { readonly bytes?: number; readonly rows?: number } = {}): Galleries {
  const { bytes: mostBytes, rows: mostRows } = { ...defaults, ...bounds }
  const kept = new Map<string, Loaded>()
  const turns = turnsByKey(10_000)

  const makeRoom = (): void => {
    let total = [...kept.values()].reduce((sum, { packed }) => sum + packed.bytes(), 0)
    for (const [key, { packed }] of kept) {
      if (total <= mostBytes || kept.size === 1) return
      kept.delete(key)
      total -= packed.bytes()
    }
  }

  return {
    open: (services, which) => {
      const key = JSON.stringify([which.tenant, which.community, which.format])
      return turns(key, async () => {
        const { tenant, community } = which
        const [row] = await services.storage.find(faceGalleries, { where: { tenant, community }, limit: 1 })
        const now = services.now()
        const known = kept.get(key)
        const fresh = known !== undefined && now - known.readAt < longestRest
        const loaded = fresh ? known : { packed: packedGallery(which.rowBytes), version: 0, readAt: now }
        try {
          if ((row?.version ?? 0) > loaded.version) await catchUp(services, which, loaded, mostRows)
        } catch (error) {
          // Half of what has changed is in it.
          kept.delete(key)
          throw error
        }
        loaded.readAt = now
        kept.delete(key)
        kept.set(key, loaded)
        makeRoom()
        return { gallery: loaded.packed.snapshot(), personOf: loaded.packed.personOf }
      })
    },
  }
}

/** Reads what has changed since the version that is loaded, in the order of versions. */
async function catchUp(services: Services, which: GalleryName, loaded: Loaded, mostRows: number): Promise<void> {
  const removed = new Set<string>()
  for (;;) {
    const rows = await changedSince(services, which, loaded.version)
    const full = rows.length === page
    const last = rows.at(-1)?.galleryVersion
    if (last === undefined) break
    // Of the last version of a full page there may be more.
    const whole = full ? rows.filter(({ galleryVersion }) => galleryVersion < last) : rows
    for (const row of whole) await take(services, row, which, loaded.packed, removed)
    if (loaded.packed.rows() > mostRows) throw new BillfoldError('gallery.full')
    loaded.version = full ? (whole.at(-1)?.galleryVersion ?? last) : last
    if (!full) break
  }
  if (removed.size > 0) loaded.packed.without(removed)
}

function changedSince(services: Services, which: GalleryName, version: number): Promise<TemplateRow[]> {
  const { tenant, community } = which
  const where: Where<TemplateRow> = {
    tenant,
    community,
    galleryVersion: { gt: version },
    // What was removed is no news to who has nothing.
    ...(version === 0 && { removedAt: null }),
  }
  return services.storage.find(faceTemplates, {
    where,
    orderBy: [
      ['galleryVersion', 'asc'],
      ['id', 'asc'],
    ],
    limit: page,
  })
}

async function take(
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
  const template = await openOrLeave(services, row)
  if (template?.kind !== 'inline' || template.bytes.length !== rowBytes) return
  packed.add({ templateId: row.id, personId: row.personId, bytes: template.bytes })
}

/** A row that somebody has tampered with is nobody's, and must not keep the others out. */
async function openOrLeave(services: Services, row: TemplateRow): Promise<Template | undefined> {
  try {
    return await openTemplate(services, row)
  } catch (error) {
    if (!isBillfoldError(error, 'sealed.invalid')) throw error
    services.logger.error({ template: row.id }, 'a face template cannot be opened')
    return undefined
  }
}
