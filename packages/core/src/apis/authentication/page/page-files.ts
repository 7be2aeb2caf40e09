import { readFile } from 'node:fs/promises'
import { BillfoldError } from '../../../errors.ts'

/** The folder that the page is bundled into, from the sources as from the build. */
const folder = new URL('../../../../dist/authentication-page/', import.meta.url)

/** The files that the page is made of. */
export type PageFile = 'page.html' | 'page.css' | 'page.js'

const read = new Map<PageFile, Promise<string>>()

/** A file of the page, read once. @throws BillfoldError `unexpected` where the package was built without its page */
export async function pageFile(name: PageFile): Promise<string> {
  const known = read.get(name) ?? readFile(new URL(name, folder), 'utf8')
  read.set(name, known)
  try {
    return await known
  } catch (cause) {
    read.delete(name)
    throw new BillfoldError('unexpected', { cause })
  }
}
