import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

/** Reads the version of this package. The package resolves itself: in a bundle the code is not where its source was. */
export async function readVersion(): Promise<string> {
  const file = createRequire(import.meta.url).resolve('@billfold/cli/package.json')
  const manifest: unknown = JSON.parse(await readFile(file, 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : ''
}
