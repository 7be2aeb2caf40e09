import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import markdownIt, { type Token } from 'markdown-it'
import { root } from './repository.ts'

/** The parser of all pages. Their HTML is trusted, so it is passed through. */
export const markdown = markdownIt({ html: true })

const plain = markdownIt()

/** Renders a line of a docstring as HTML. HTML in it is escaped. */
export function inlineHtml(text: string): string {
  return plain.renderInline(text)
}

/** A heading, with the anchor that GitHub gives it. */
export interface Heading {
  readonly level: number
  readonly text: string
  readonly anchor: string
}

/** A link or an image of a document. */
export interface Link {
  readonly href: string
  readonly text: string
  /** Counted from 1. */
  readonly line: number
}

/** A fenced code block, visible or in an HTML comment. */
export interface CodeBlock {
  readonly language: string
  readonly code: string
  /** The line of the fence, counted from 1; the code begins on the next. */
  readonly line: number
  /** True in an HTML comment, which readers do not see. */
  readonly hidden: boolean
}

/** A parsed Markdown file. */
export interface Document {
  /** From the root of the repository, with `/`. */
  readonly path: string
  readonly title: string
  readonly tokens: readonly Token[]
  readonly headings: readonly Heading[]
  readonly links: readonly Link[]
  readonly blocks: readonly CodeBlock[]
}

/** Reads a document of the repository. */
export function readDocument(path: string): Document {
  return parseDocument(path, readFileSync(join(root, path), 'utf8'))
}

/** Parses a document. Its headings get their anchors as `id`. */
export function parseDocument(path: string, text: string): Document {
  const tokens = markdown.parse(text, {})
  const headings = nameHeadings(tokens)
  const blocks = tokens.flatMap((token): CodeBlock[] => {
    const line = (token.map?.[0] ?? 0) + 1
    if (token.type === 'fence')
      return [{ language: token.info.split(/\s/)[0] ?? '', code: token.content, line, hidden: false }]
    const hidden = token.type === 'html_block' ? /^<!-- (ts|js)\n([^]*?)-->/.exec(token.content) : null
    return hidden === null ? [] : [{ language: hidden[1] ?? '', code: hidden[2] ?? '', line, hidden: true }]
  })
  return { path, title: headings[0]?.text ?? path, tokens, headings, links: listLinks(tokens), blocks }
}

function nameHeadings(tokens: readonly Token[]): Heading[] {
  const used = new Map<string, number>()
  return tokens.flatMap((token, index) => {
    if (token.type !== 'heading_open') return []
    const text = plainText(tokens[index + 1])
    const wanted = slug(text)
    const times = used.get(wanted) ?? 0
    used.set(wanted, times + 1)
    const anchor = times === 0 ? wanted : `${wanted}-${times}`
    token.attrSet('id', anchor)
    return [{ level: Number(token.tag.slice(1)), text, anchor }]
  })
}

/** Returns the text of an inline token, without markup. */
function plainText(inline: Token | undefined): string {
  return (inline?.children ?? [])
    .filter(({ type }) => type === 'text' || type === 'code_inline')
    .map(({ content }) => content)
    .join('')
}

/** Computes the anchor that GitHub gives to a heading. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-')
}

function listLinks(tokens: readonly Token[]): Link[] {
  const links: Link[] = []
  for (const { children, map } of tokens) {
    for (const [index, token] of (children ?? []).entries()) {
      const href = token.attrGet(token.type === 'image' ? 'src' : 'href')
      if (href !== null)
        links.push({ href: String(href), text: (children ?? [])[index + 1]?.content ?? '', line: (map?.[0] ?? 0) + 1 })
    }
  }
  return links
}
