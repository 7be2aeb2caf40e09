import { textOf } from './html.ts'
import type { Page } from './page.ts'

/** The most characters of a section that are searched: the beginning says what it is about. */
const mostCharacters = 600

/** What the search looks through: one entry for each section of a page, as a script that works from a file as well. */
export function searchIndex(pages: readonly Page[]): string {
  const entries = pages.flatMap(({ url, title, html }) => {
    // A page of the TypeScript reference is about one name: its sections lead nowhere else.
    const parts = url.startsWith('reference/') ? [html] : html.split(/(?=<h[23] id=")/)
    return parts.map((part) => {
      const [, anchor, heading] = /^<h[23] id="([^"]*)">([^]*?)<\/h[23]>/.exec(part) ?? []
      const place = anchor === undefined ? url : `${url}#${anchor}`
      return [place, title, heading === undefined ? '' : textOf(heading), textOf(part).slice(0, mostCharacters)]
    })
  })
  return `export const entries = ${JSON.stringify(entries)}\n`
}
