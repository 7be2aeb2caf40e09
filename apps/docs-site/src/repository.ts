import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, posix, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const repository = resolve(here, '../../..')

/** The root of the repository. */
export const root = repository

/** The output folder: never packed, never in version control. */
export const output = here

/**
 * Every documentation file in Markdown, by its path from the root: those at the root, `docs/`, and the README of each
 * package, example and of the benchmarks.
 */
export function documentPaths(): readonly string[] {
  const atRoot = readdirSync(root).filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md')
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => posix.join('docs', name.replaceAll('\\', '/')))
  const folders = ['packages', 'examples'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => posix.join(parent, name)),
  )
  const readmes = [...folders, 'benchmarks'].map((folder) => posix.join(folder, 'README.md'))
  return [...atRoot, ...docs, ...readmes.filter((path) => existsSync(join(root, path)))].sort()
}
