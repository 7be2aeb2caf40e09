import type { Where } from '../../kernel/storage/index.ts'
import type { CustodyServices } from '../services.ts'
import { mergePages, type ReadPart } from './merge-pages.ts'
import { openStates, type SavedRequestKind, type SavedRequestRow, type SavedRequestStatus } from './saved-request.ts'
import { savedRequests } from './table.ts'

/** Criteria for listing saved requests. Absent fields do not filter. */
export interface SavedRequestFilter {
  readonly statuses?: readonly string[] | undefined
  readonly userId?: string | undefined
  /** The origins of users whose requests are listed, with `none` for wallets without a user. */
  readonly userOrigins?: readonly string[] | undefined
}

/** Lists the saved requests of one kind of a tenant. The order is that in which they were saved. */
export function listSavedRequests(
  { storage, now }: CustodyServices,
  tenant: string,
  kind: SavedRequestKind,
  { statuses, userId, userOrigins }: SavedRequestFilter,
  sortOrder: 'asc' | 'desc',
): ReadPart<SavedRequestRow> {
  const read =
    (condition: Where<SavedRequestRow>): ReadPart<SavedRequestRow> =>
    (offset, limit) =>
      storage.find(savedRequests, {
        where: {
          tenant,
          kind,
          ...(userId !== undefined && { ownerId: userId }),
          ...(userOrigins !== undefined && { userOrigin: { in: [...userOrigins] } }),
          ...condition,
        },
        orderBy: [['id', sortOrder]],
        offset,
        limit,
        mayBeStale: true,
      })
  if (statuses === undefined) return read({})
  const wanted = (status: SavedRequestStatus): boolean => statuses.includes(status)
  const at = now()
  const waiting = openStates.filter(wanted)
  const final = (['SIGNED', 'CANCELED'] as const).filter(wanted)
  const parts = [
    ...(waiting.length > 0 ? [read({ state: { in: waiting }, expiresAt: { gt: at } })] : []),
    ...(final.length > 0 ? [read({ state: { in: final } })] : []),
    ...(wanted('EXPIRED') ? [read({ state: { in: [...openStates] }, expiresAt: { lte: at } })] : []),
  ]
  const none: ReadPart<SavedRequestRow> = () => Promise.resolve([])
  return parts.reduce((one, other) => mergePages(one, other, precedesIn(sortOrder)), none)
}

/** Compares by id, which is the order of creation. */
export function precedesIn(
  sortOrder: 'asc' | 'desc',
): (one: { readonly id: string }, other: { readonly id: string }) => boolean {
  return (one, other) => (sortOrder === 'asc' ? one.id < other.id : one.id > other.id)
}
