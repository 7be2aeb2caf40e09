import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { publicModules } from './docstrings.ts'
import { httpReference } from './http-reference.ts'
import { toTarget } from './links.ts'
import { type Document, readDocument } from './markdown.ts'
import { type Page, pageFile, pageText } from './page.ts'
import { documentPaths, output, root } from './repository.ts'
import { toFile, toUrl } from './site-urls.ts'
import { typeReference } from './type-reference.ts'

/** The source folder of VitePress; files in `public` are served unchanged. */
export const pagesFolder = join(output, 'pages')

/** Writes every page of the site: the documents, both references, and the files of the repository that documents link to. */
export async function writePages(): Promise<readonly Page[]> {
  rmSync(pagesFolder, { recursive: true, force: true })
  const documents = documentPaths().map(readDocument)
  const http = httpReference()
  const pages = [...documents.map(documentPage), ...http, ...(await typeReference(publicModules()))]
  const known = new Set(pages.map(({ url }) => url))
  const linked = [...new Set(documents.flatMap(linkedFiles))].filter((path) => !known.has(toUrl(path)))
  const sources = linked.filter((path) => !isImage(path)).map(sourcePage)
  for (const page of [...pages, ...sources]) writePage(page)
  for (const { url, openApi } of http) write(join('public', url.replace(/\.html$/, '.json')), openApi)
  for (const path of linked.filter(isImage)) copy(path)
  return [...pages, ...sources]
}

/** Rewrites the page of one document. */
export function writeDocument(path: string): void {
  writePage(documentPage(readDocument(path)))
}

function documentPage(document: Document): Page {
  return {
    url: toUrl(document.path),
    title: document.title,
    source: document.path,
    markdown: withoutComments(document),
  }
}

/** Removes the comments of a document: they are for the checks, and parsers disagree about where they end. */
function withoutComments({ path, tokens }: Document): string {
  const lines = readFileSync(join(root, path), 'utf8').split('\n')
  for (const { type, content, map } of tokens) {
    if (type !== 'html_block' || map === null || !content.trimStart().startsWith('<!--')) continue
    lines.fill('', map[0], map[1])
  }
  return lines.join('\n')
}

function linkedFiles({ path, links }: Document): readonly string[] {
  return links.flatMap(({ href }) => {
    const target = toTarget(path, href)
    return target === undefined ? [] : [toFile(target.path)]
  })
}

function isImage(path: string): boolean {
  return toUrl(path).startsWith('files/')
}

/** Renders a file of the repository as a page, and a folder as a list of its files. */
function sourcePage(path: string): Page {
  const absolute = join(root, path)
  const text = statSync(absolute).isDirectory() ? readdirSync(absolute).join('\n') : readFileSync(absolute, 'utf8')
  // Shiki knows `.mjs` by the name of `.js` only.
  const language = /\.m?(ts|js|json|sql|yaml|yml|sh)$/.exec(path)?.[1] ?? ''
  const markdown = `# ${path}\n\n\`\`\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\`\`\n`
  return { url: toUrl(path), title: path, markdown, searched: false }
}

function writePage(page: Page): void {
  write(pageFile(page.url), pageText(page))
}

function write(path: string, text: string): void {
  const file = join(pagesFolder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

function copy(path: string): void {
  const file = join(pagesFolder, 'public', toUrl(path))
  mkdirSync(dirname(file), { recursive: true })
  cpSync(join(root, path), file)
}
