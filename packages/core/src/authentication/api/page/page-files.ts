import { readFile } from 'node:fs/promises'
import { BillfoldError } from '../../../kernel/errors.ts'

/** The folder of the bundled page. The relative path is the same from `src` and from `dist`. */
const folder = new URL('../../../../dist/authentication-page/', import.meta.url)

/** The files of the page. */
export type PageFileName = 'page.html' | 'page.css' | 'page.js'

const cache = new Map<PageFileName, Promise<string>>()

/** Reads a file of the page once and caches it. @throws BillfoldError `unexpected` if the package was built without its page */
export async function readPageFile(name: PageFileName): Promise<string> {
  const pending = cache.get(name) ?? readFile(new URL(name, folder), 'utf8')
  cache.set(name, pending)
  try {
    return await pending
  } catch (cause) {
    cache.delete(name)
    throw new BillfoldError('unexpected', { cause })
  }
}
