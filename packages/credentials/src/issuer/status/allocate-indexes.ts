import { randomInt } from 'node:crypto'
import { newId } from '@billfold/core'
import { randomSecret } from '@billfold/core/crypto'
import { batch, insert, isCommitError, update, type Write } from '@billfold/core/storage'
import type { IssuerContext } from '../settings.ts'
import { issuedCredentials, type StatusListRow, statusLists } from '../tables.ts'

/** How many indexes a list has. */
export const statusListSize = 131_072
/** Above this a list takes no more. Its indexes are drawn at random, which needs free ones. */
const fullAt = Math.floor(statusListSize * 0.75)

/** Free indexes of a list, and the writes that count them. The unique key of the instances holds them. */
export interface AllocatedIndexes {
  readonly list: StatusListRow
  readonly indexes: readonly number[]
  readonly writes: readonly Write[]
}

/** Draws indexes that are free now. Another process may draw the same: then the commit conflicts, and they are drawn again. */
export async function allocateIndexes(
  context: IssuerContext,
  bits: 1 | 2,
  count: number,
  lastExpiry: number,
): Promise<AllocatedIndexes> {
  const list = await getCurrentList(context, bits)
  const indexes = await drawFree(context, list.id, count)
  const where = { id: list.id }
  const isFull = list.taken + count > fullAt
  const set = { ...(isFull && { state: 'full', current: null }) }
  return {
    list,
    indexes,
    writes: [
      update(statusLists, { where: { ...where, state: { in: ['open', 'full'] } }, add: { taken: count }, set }),
      ...(list.lastExpiry < lastExpiry
        ? [
            update(statusLists, {
              where: { ...where, lastExpiry: { lt: lastExpiry } },
              set: { lastExpiry },
              expectedRows: 'any',
            }),
          ]
        : []),
    ],
  }
}

async function drawFree({ services }: IssuerContext, listId: string, count: number): Promise<readonly number[]> {
  const free = new Set<number>()
  while (free.size < count) {
    const drawn = Array.from({ length: count * 4 }, () => randomInt(statusListSize))
    const where = { listId, listIndex: { in: drawn } }
    const taken = await services.storage.find(issuedCredentials, { where })
    const used = new Set(taken.map(({ listIndex }) => listIndex))
    for (const index of drawn) if (free.size < count && !used.has(index)) free.add(index)
  }
  return [...free]
}

/** Returns the list that takes new instances, and creates it if there is none. Of several processes one creates it. */
async function getCurrentList(context: IssuerContext, bits: 1 | 2): Promise<StatusListRow> {
  const { services, tenant } = context
  const current = `${tenant} ${bits}`
  for (;;) {
    const [found] = await services.storage.find(statusLists, { where: { current }, limit: 1 })
    if (found !== undefined) return found
    const row: StatusListRow = {
      id: newId(),
      tenant,
      ref: randomSecret(16),
      bits,
      taken: 0,
      version: 1,
      lastExpiry: 0,
      state: 'open',
      current,
      createdAt: services.now(),
    }
    try {
      await services.storage.commit(batch(insert(statusLists, row)))
      return row
    } catch (error) {
      if (!isCommitError(error)) throw error
    }
  }
}
