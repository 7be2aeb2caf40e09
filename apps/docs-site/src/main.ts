// Writes the documentation as a static site.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { publicModules } from './docstrings.ts'
import { documentPage } from './document-page.ts'
import { writeKeptTables } from './kept-tables.ts'
import { framed } from './frame.ts'
import { codeBlockHtml } from './highlight.ts'
import { escapeHtml } from './html.ts'
import { httpReference } from './http-reference.ts'
import { readDocument } from './markdown.ts'
import { type Section, sectionsOf } from './navigation.ts'
import type { Page } from './page.ts'
import { documentPaths, output, root } from './repository.ts'
import { searchIndex } from './search-index.ts'
import { siteFaults } from './site-links.ts'
import { urlOf } from './site-urls.ts'
import { typeReference } from './type-reference.ts'

const site = join(output, 'site')

function write(url: string, text: string): void {
  const file = join(site, url)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

function textOfFile(path: string): string {
  const absolute = join(root, path)
  return statSync(absolute).isDirectory() ? readdirSync(absolute).join('\n') : readFileSync(absolute, 'utf8')
}

/** A file of the repository that a page links to: an image as it is, anything else as a page that shows it; a folder as what is in it. */
function linkedFile(path: string, sections: readonly Section[]): void {
  const url = urlOf(path)
  if (url.startsWith('files/')) {
    mkdirSync(dirname(join(site, url)), { recursive: true })
    cpSync(join(root, path), join(site, url))
  } else {
    const language = path.split('.').at(-1) ?? ''
    const html = `<h1>${escapeHtml(path)}</h1>${codeBlockHtml(textOfFile(path), language)}`
    write(url, framed({ url, title: path, html, headings: [] }, sections))
  }
}

writeKeptTables()
rmSync(site, { recursive: true, force: true })
const documents = documentPaths().map(readDocument)
const contents = readDocument('docs/README.md')
const http = httpReference()
const modules = publicModules()
const reference = (await typeReference(modules)).map(documentPage)
const sections: readonly Section[] = [
  ...sectionsOf(contents),
  { title: 'HTTP reference', entries: http.map(({ title, url }) => ({ title: title.replace(/: HTTP$/, ''), url })) },
  {
    title: 'TypeScript reference',
    entries: modules.map(({ name }) => ({ title: name, url: `reference/${name}/index.html` })),
  },
]
const pages = documents.map(documentPage)
const all: readonly Page[] = [...pages, ...http, ...reference]
for (const page of all) write(page.url, framed(page, sections))
for (const { url, openApi } of http) write(url.replace(/\.html$/, '.json'), openApi)
const known = new Set(all.map(({ url }) => url))
for (const path of new Set(pages.flatMap(({ files }) => files))) if (!known.has(urlOf(path))) linkedFile(path, sections)
write('search-index.js', searchIndex(all))
cpSync(join(output, '../assets'), site, { recursive: true })
const faults = siteFaults(site)
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
console.log(`${all.length} pages: ${join(site, 'index.html')}`)
