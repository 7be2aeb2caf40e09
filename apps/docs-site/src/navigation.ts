import { toTarget } from './links.ts'
import type { Document } from './markdown.ts'
import { toFile, toUrl } from './site-urls.ts'

/** An entry of the navigation. */
export interface Entry {
  readonly title: string
  /** From the root of the site. */
  readonly url: string
}

/** A part of the navigation. */
export interface Section {
  readonly title: string
  readonly entries: readonly Entry[]
}

/** Parses the table of contents of the documentation: its headings of the second level, and the first link of each item below. */
export function listSections(contents: Document): readonly Section[] {
  const sections: { title: string; entries: Entry[] }[] = []
  contents.tokens.forEach((token, index) => {
    const inline = contents.tokens[index + 1]
    if (token.type === 'heading_open' && token.tag === 'h2')
      sections.push({ title: inline?.content ?? '', entries: [] })
    if (token.type !== 'list_item_open') return
    const children = contents.tokens[index + 2]?.children ?? []
    const at = children.findIndex(({ type }) => type === 'link_open')
    const target = toTarget(contents.path, String(children[at]?.attrGet('href') ?? 'https:'))
    if (target === undefined) return
    sections.at(-1)?.entries.push({ title: children[at + 1]?.content ?? '', url: toUrl(toFile(target.path)) })
  })
  return sections
}

/** Lists the documents of `docs/` that the table of contents does not contain exactly once, one line each. */
export function contentsFaults(contents: Document, documents: readonly Document[]): readonly string[] {
  const named = listSections(contents).flatMap(({ entries }) => entries.map(({ url }) => url))
  return documents
    .filter(({ path }) => path.startsWith('docs/') && path !== contents.path)
    .map(({ path }) => ({ path, times: named.filter((url) => url === toUrl(path)).length }))
    .filter(({ times }) => times !== 1)
    .map(({ path, times }) => `${contents.path} names ${path} ${times} times`)
}
