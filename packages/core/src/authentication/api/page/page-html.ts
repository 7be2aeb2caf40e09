import type { Reply } from '../../../http/index.ts'
import { pageFiles } from './page-files.ts'
import { type NegotiatedLanguage, negotiateLanguage, type PageLanguages } from './page-languages.ts'
import type { PageOptions } from './page-options.ts'
import { parseLogoOrigins } from './relying-party.ts'

/** The problems that the page is served with, instead of a session. */
export type PageProblem = 'expired' | 'unknownLink' | 'otherBrowser' | 'busy' | 'broken'

/** What the page depends on beside a session. */
export interface PageShell {
  readonly languages: PageLanguages
  readonly options: PageOptions
}

/** The parts of a request that select the language. */
export interface PageRequest {
  readonly lang: string | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** Selects the language of a request. */
function requestedLanguage({ languages }: PageShell, { lang, headers }: PageRequest): NegotiatedLanguage {
  const accepted = headers['accept-language']
  return negotiateLanguage(languages, lang, typeof accepted === 'string' ? accepted : undefined)
}

/** Renders the page, in the language of the request. With a problem, it shows the screen of that instead of a session. */
export function renderPage(
  shell: PageShell,
  request: PageRequest,
  { status = 200, problem }: { readonly status?: number; readonly problem?: PageProblem } = {},
): Reply {
  const { language, direction, texts } = requestedLanguage(shell, request)
  const values: Readonly<Record<string, string>> = {
    language,
    direction,
    title: texts.title,
    noScript: texts.noScript,
    problem: problem ?? '',
    texts: JSON.stringify(texts),
  }
  return {
    status,
    headers: pageHeaders(shell.options),
    body: pageFiles['page.html'].replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => escapeHtml(values[name] ?? '')),
  }
}

/** Allows only the page's own script and style, forbids framing, and restricts the camera to the page (CSP Level 3, Permissions Policy). */
function pageHeaders(options: PageOptions): Readonly<Record<string, string>> {
  const images =
    options.relyingParty === undefined ? '' : `img-src ${['data:', ...parseLogoOrigins(options)].join(' ')}; `
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:; ${images}base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    vary: 'accept-language',
  }
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/**
 * Returns true if a client prefers HTML to JSON, as a browser does when it opens a link (RFC 9110 section 12.5.1). A wildcard does not
 * count as HTML: API clients send it.
 */
export function prefersHtml(accept: string | readonly string[] | undefined): boolean {
  if (typeof accept !== 'string') return false
  return weightOf(accept, 'text/html') > weightOf(accept, 'application/json')
}

function weightOf(accept: string, type: string): number {
  for (const range of accept.slice(0, 1000).toLowerCase().split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
    if (name === type) return weight === undefined ? 1 : Number(weight) || 0
  }
  return 0
}
