import hljs from 'highlight.js/lib/common'
import { escapeHtml } from './html.ts'

const aliases: Readonly<Record<string, string>> = { ts: 'typescript', js: 'javascript', sh: 'bash' }

/** Code as HTML, coloured where the language is known. */
export function highlight(code: string, language: string): string {
  const name = aliases[language] ?? language
  return hljs.getLanguage(name) === undefined ? escapeHtml(code) : hljs.highlight(code, { language: name }).value
}

/** Code as a block of its own. */
export function codeBlockHtml(code: string, language: string): string {
  return `<pre tabindex="0"><code>${highlight(code, language)}</code></pre>\n`
}
