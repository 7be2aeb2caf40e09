import { z } from 'zod'

/** The place of a page in its list. */
export const paginationSchema = z
  .object({
    pageNumber: z.number(),
    pageSize: z.number(),
    numberOfPages: z.number(),
    numberOfElements: z.number().describe('The total, exact up to 1,000 elements after this page'),
    hasNextPage: z.boolean(),
    hasPreviousPage: z.boolean(),
  })
  .meta({ id: 'Pagination' })

/** The place of a page in its list. */
export type Pagination = z.output<typeof paginationSchema>

/** A page number (from 1) and a page size. */
export interface PageNumber {
  readonly page: number
  readonly size: number
}

/** The maximum number of elements after a page that are counted for its totals. */
const maxCounted = 1000

/**
 * Reads a page of a list, and what its place in the list is. One element more than the page is read to know whether another
 * page follows. Only then the rest is counted: up to 1,000 elements, and beyond that the totals are what is known to exist.
 * @param read reads up to `limit` elements from `offset` on
 * @param count counts them, if that is cheaper than reading them
 */
export async function readPage<T>(
  { page, size }: PageNumber,
  read: (offset: number, limit: number) => Promise<readonly T[]>,
  count: (offset: number, limit: number) => Promise<number> = async (...part) => (await read(...part)).length,
): Promise<{ readonly items: readonly T[]; readonly pagination: Pagination }> {
  const offset = (page - 1) * size
  const found = await read(offset, size + 1)
  const hasNextPage = found.length > size
  const items = found.slice(0, size)
  // A page beyond the end does not say where the end is.
  const before = page > 1 && items.length === 0 ? await count(0, maxCounted) : offset
  const after = hasNextPage ? await count(offset + size, maxCounted) : 0
  const numberOfElements = before + items.length + after
  return {
    items,
    pagination: {
      pageNumber: page,
      pageSize: size,
      numberOfPages: Math.ceil(numberOfElements / size),
      numberOfElements,
      hasNextPage,
      hasPreviousPage: page > 1,
    },
  }
}
