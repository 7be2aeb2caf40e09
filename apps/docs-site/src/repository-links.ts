import { toTarget } from './links.ts'
import { toFile, toUrl } from './site-urls.ts'

/** The parts of a markdown-it token that are read and changed here. */
interface RenderedToken {
  readonly type: string
  content: string
  readonly children: RenderedToken[] | null
  attrGet(name: string): string | null
  attrSet(name: string, value: string): void
}

/** The parts of markdown-it that a plugin of VitePress uses here. */
interface MarkdownRenderer {
  readonly core: {
    readonly ruler: {
      push(
        name: string,
        rule: (state: { readonly tokens: RenderedToken[]; readonly env: PageEnvironment }) => void,
      ): void
    }
  }
}

interface PageEnvironment {
  readonly frontmatter?: Readonly<Record<string, unknown>>
}

/** Resolves a link of a document to its URL on the site; undefined for external links. */
export function siteLink(source: string, href: string): string | undefined {
  const target = toTarget(source, href)
  if (target === undefined) return undefined
  const hash = target.anchor === '' ? '' : `#${target.anchor}`
  const file = toFile(target.path)
  return file === source && hash !== '' ? hash : encodeURI(`/${toUrl(file)}`) + hash
}

/**
 * Adapts the documents of the repository to VitePress: links between files become links between pages, and braces are
 * escaped, because Vue would evaluate them.
 */
export function repositoryLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('repository_links', ({ tokens, env }) => {
    const source = env.frontmatter?.['source']
    for (const token of tokens) {
      for (const child of token.children ?? []) {
        if (child.type === 'text') child.content = child.content.replaceAll('{{', '{\u200B{')
        if (typeof source === 'string') rewriteLink(child, source)
      }
    }
  })
}

function rewriteLink(token: RenderedToken, source: string): void {
  const name = token.type === 'image' ? 'src' : 'href'
  const href = token.attrGet(name)
  const link = href === null ? undefined : siteLink(source, href)
  if (link !== undefined) token.attrSet(name, link)
}
