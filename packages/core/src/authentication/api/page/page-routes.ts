import { z } from 'zod'
import { type Reply, type Route, route } from '../../../http/index.ts'
import type { SessionRoutesContext } from '../context.ts'
import { pageFiles } from './page-files.ts'
import { type PageShell, renderPage } from './page-html.ts'
import { parsePageLanguages } from './page-languages.ts'
import { parseCountdownSeconds, themeStylesheet } from './page-options.ts'
import { pageSettingsRoute } from './page-settings-route.ts'
import { parseLogoOrigins, parseRelyingParty } from './relying-party.ts'

const limits = [{ by: 'ip', limit: 600, windowSeconds: 60 }] as const

const query = z.object({ lang: z.string().max(64).optional() })

/** Validates the options of the page, at startup instead of on the first login. @throws RangeError */
export function createPageShell({ options: { page = {} } }: SessionRoutesContext): PageShell {
  parseCountdownSeconds(page)
  parseLogoOrigins(page)
  if (typeof page.relyingParty === 'object') parseRelyingParty(page.relyingParty, page)
  return { languages: parsePageLanguages(page), options: page }
}

/** The routes of the authentication page: HTML, script, styles, theme and settings. */
export function pageRoutes(api: SessionRoutesContext, shell: PageShell): readonly Route[] {
  const { guards } = api.authentication
  const theme = themeStylesheet(shell.options)
  const asset = (id: string, path: string, summary: string, reply: () => Promise<Reply>): Route =>
    route({
      id,
      method: 'GET',
      path,
      summary,
      guard: guards.public,
      limits,
      replies: { 200: { description: summary } },
      handler: reply,
    })
  const text = async (type: string, body: string): Promise<Reply> => ({
    status: 200,
    headers: { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache' },
    body,
  })
  return [
    route({
      id: 'authenticationPage',
      method: 'GET',
      path: '/v2/authentication',
      summary: 'The authentication page',
      guard: guards.public,
      limits,
      query,
      replies: { 200: { description: 'The authentication page' } },
      handler: async (input, { headers }) => renderPage(shell, { lang: input.query.lang, headers }),
    }),
    asset('authenticationPageScript', '/v2/authentication/page.js', 'The script of the authentication page', () =>
      text('text/javascript', pageFiles['page.js']),
    ),
    asset('authenticationPageStyle', '/v2/authentication/page.css', 'The stylesheet of the authentication page', () =>
      text('text/css', pageFiles['page.css']),
    ),
    asset('authenticationPageTheme', '/v2/authentication/theme.css', 'The theme stylesheet of the host', () =>
      text('text/css', theme),
    ),
    pageSettingsRoute(api),
  ]
}
