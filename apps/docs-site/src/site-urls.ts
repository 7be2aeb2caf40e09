import { existsSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { root } from './repository.ts'

const fixed: Readonly<Record<string, string>> = {
  'README.md': 'index.html',
  'docs/README.md': 'contents.html',
  'benchmarks/README.md': 'benchmarks/readme.html',
}

/** Returns the URL of a file of the repository on the site: a page for a document, a source view for any other file. */
export function toUrl(path: string): string {
  const known = fixed[path]
  if (known !== undefined) return known
  if (/^(packages|examples)\/[^/]+\/README\.md$/.test(path)) return `${posix.dirname(path)}.html`
  if (path.startsWith('docs/') && path.endsWith('.md')) return path.slice('docs/'.length).replace(/\.md$/, '.html')
  if (path.startsWith('reference/')) return path.replace(/\.md$/, '.html')
  if (/^[A-Z]+\.md$/.test(path)) return path.toLowerCase().replace(/\.md$/, '.html')
  if (/\.(png|svg|jpg)$/.test(path)) return `files/${path}`
  // VitePress ignores files with a leading dot, and takes `.html` off the end of a page once more than it puts it there.
  return `source/${path.replaceAll(/(^|\/)\./g, '$1dot-').replace(/\.html$/, '-html')}.html`
}

/** Resolves a folder to its README, as GitHub does. */
export function toFile(path: string): string {
  const trimmed = path.replace(/\/$/, '')
  const absolute = join(root, trimmed)
  if (!existsSync(absolute) || !statSync(absolute).isDirectory()) return trimmed
  const readme = posix.join(trimmed, 'README.md')
  return existsSync(join(root, readme)) ? readme : trimmed
}
