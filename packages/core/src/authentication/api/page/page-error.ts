import type { FailedRequest, Reply } from '../../../http/index.ts'
import type { BillfoldError, ErrorCode } from '../../../kernel/errors.ts'
import { authenticationErrorReply } from '../error-reply.ts'
import { type PageProblem, type PageShell, prefersHtml, renderPage } from './page-html.ts'

/** The paths that people open: links to sessions, and the page itself. */
const pagePaths: ReadonlySet<string> = new Set(['/v2/authenticate', '/v2/authentication'])

/** What can be wrong with a link, beside what its status says. */
const problems: Readonly<Partial<Record<ErrorCode, PageProblem>>> = {
  'session.expired': 'expired',
  'session.wrong-client': 'otherBrowser',
}

/**
 * Renders an error as a screen of the page for a browser that opens a link. Undefined for every other client and path, which get the
 * API's JSON.
 */
export function renderErrorPage(
  shell: PageShell,
  error: BillfoldError,
  { path, headers, query, requestId }: FailedRequest,
): Reply | undefined {
  const accept = headers['accept']
  if (!pagePaths.has(path.replace(/(?<=.)\/$/, '')) || !prefersHtml(accept)) return undefined
  const { status } = authenticationErrorReply(error, requestId)
  const lang = new URLSearchParams(query.slice(0, 8192)).get('lang')?.slice(0, 64)
  const request = { lang, headers }
  return renderPage(shell, request, { status, problem: toPageProblem(error, status) })
}

function toPageProblem({ code }: BillfoldError, status: number): PageProblem {
  const problem = problems[code]
  if (problem !== undefined) return problem
  if (status === 429 || status === 503) return 'busy'
  return status >= 500 ? 'broken' : 'unknownLink'
}
