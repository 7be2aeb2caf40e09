/** Where a page of a search ended: at this record. `at` is its time, if the search is in the order of time. */
export interface SearchPosition {
  readonly at?: number
  readonly id: string
}

/** Formats a position as a cursor: the id, or the time and the id. */
export function formatSearchPosition({ at, id }: SearchPosition): string {
  return at === undefined ? id : `${at}.${id}`
}

/** Parses a cursor. */
export function parseSearchPosition(cursor: string): SearchPosition {
  const [, at, id] = /^(\d{1,15})\.(.+)$/.exec(cursor) ?? []
  return at === undefined || id === undefined ? { id: cursor } : { at: Number(at), id }
}
