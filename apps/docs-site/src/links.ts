import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { Document } from './markdown.ts'
import { root } from './repository.ts'

/** Resolves a link of a document to a path from the root of the repository and an anchor; undefined for external links. */
export function toTarget(from: string, href: string): { readonly path: string; readonly anchor: string } | undefined {
  if (/^[a-z]+:/i.test(href)) return undefined
  const [file = '', anchor = ''] = decodeURI(href).split('#', 2)
  return { path: file === '' ? from : posix.join(posix.dirname(from), file), anchor }
}

/** Lists the broken links of all documents, one line each: missing files, and anchors without a heading. */
export function linkFaults(documents: readonly Document[]): readonly string[] {
  const anchors = new Map(documents.map(({ path, headings }) => [path, new Set(headings.map(({ anchor }) => anchor))]))
  return documents.flatMap((document) =>
    document.links.flatMap(({ href, line }) => {
      const target = toTarget(document.path, href)
      if (target === undefined) return []
      const fault = targetFault(target, anchors.get(target.path))
      return fault === undefined ? [] : [`${document.path}:${line}: ${href}: ${fault}`]
    }),
  )
}

function targetFault(
  { path, anchor }: { readonly path: string; readonly anchor: string },
  anchors: ReadonlySet<string> | undefined,
): string | undefined {
  if (path.startsWith('..') || !existsSync(join(root, path))) return 'there is no such file'
  if (anchor === '' || anchors === undefined) return undefined
  return anchors.has(anchor) ? undefined : 'no heading there has this anchor'
}
