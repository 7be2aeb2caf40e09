import { codeBlockHtml } from './highlight.ts'
import { wide } from './html.ts'
import { targetOf } from './links.ts'
import { type Document, markdown } from './markdown.ts'
import { type Page, relativeUrl } from './page.ts'
import { fileOf, urlOf } from './site-urls.ts'

/** A document as a page, and the files of the repository that it links to. */
export interface DocumentPage extends Page {
  readonly files: readonly string[]
}

markdown.renderer.rules['fence'] = (tokens, index) => {
  const { content, info } = tokens[index] ?? { content: '', info: '' }
  return codeBlockHtml(content, info.split(/\s/)[0] ?? '')
}
// What is in a comment is for the checks, not for readers.
markdown.renderer.rules['html_block'] = (tokens, index) => {
  const content = tokens[index]?.content ?? ''
  return content.startsWith('<!--') ? '' : content
}
markdown.renderer.rules['table_open'] = () => `${wide}<table>\n`
markdown.renderer.rules['table_close'] = () => '</table></div>\n'

/** Renders a document, with its links leading to pages of the site. */
export function documentPage({ path, title, tokens, headings }: Document): DocumentPage {
  const url = urlOf(path)
  const files = new Set<string>()
  for (const token of tokens.flatMap(({ children }) => children ?? [])) {
    const name = token.type === 'image' ? 'src' : 'href'
    const href = token.attrGet(name)
    const target = href === null ? undefined : targetOf(path, String(href))
    if (target === undefined) continue
    const file = fileOf(target.path)
    files.add(file)
    token.attrSet(name, linkTo(url, urlOf(file), target.anchor))
  }
  return { url, title, headings, html: markdown.renderer.render([...tokens], markdown.options, {}), files: [...files] }
}

function linkTo(from: string, to: string, anchor: string): string {
  const hash = anchor === '' ? '' : `#${anchor}`
  return from === to && hash !== '' ? hash : encodeURI(relativeUrl(from, to)) + hash
}
