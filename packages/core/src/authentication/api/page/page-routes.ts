import { z } from 'zod'
import type { VerificationConfiguration } from '../../../identity/biometrics/verification-configurations.ts'
import { type Reply, type Route, route } from '../../../http/index.ts'
import { getSessionConfiguration } from '../../sessions/start-session.ts'
import { getActiveSession, openSessionDetails } from '../../sessions/session.ts'
import type { SessionRoutesContext } from '../context.ts'
import { pageFiles } from './page-files.ts'
import { allowedReturnUrl, parseCountdownSeconds, themeStylesheet } from './page-options.ts'

const limits = [{ by: 'ip', limit: 600, windowSeconds: 60 }] as const

/** Allows only the page's own script and style, forbids framing, and restricts the camera to the page (CSP Level 3, Permissions Policy). */
const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
}

const settingsBody = z.object({
  sessionId: z.string(),
  purpose: z.enum(['authenticate', 'enroll']),
  selfieCaptureMode: z.enum(['auto', 'manual']),
  liveness: z.enum(['none', 'challenge', 'other']).describe('The kind of liveness check that the page must run'),
  countdownSeconds: z.int(),
  returnUrl: z.string().optional(),
  texts: z.record(z.string(), z.record(z.string(), z.string())),
})

/** The routes of the authentication page: HTML, script, styles, theme and settings. */
export function pageRoutes(api: SessionRoutesContext): readonly Route[] {
  const { guards } = api.authentication
  const options = api.options.page ?? {}
  const theme = themeStylesheet(options)
  // Validate the option at startup instead of on the first login.
  parseCountdownSeconds(options)
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
    asset('authenticationPage', '/v2/authentication', 'The authentication page', async () => ({
      status: 200,
      headers: pageHeaders,
      body: pageFiles['page.html'],
    })),
    asset('authenticationPageScript', '/v2/authentication/page.js', 'The script of the authentication page', () =>
      text('text/javascript', pageFiles['page.js']),
    ),
    asset('authenticationPageStyle', '/v2/authentication/page.css', 'The stylesheet of the authentication page', () =>
      text('text/css', pageFiles['page.css']),
    ),
    asset('authenticationPageTheme', '/v2/authentication/theme.css', 'The theme stylesheet of the host', () =>
      text('text/css', theme),
    ),
    settingsRoute(api),
  ]
}

function settingsRoute({ authentication, sessionContext, options }: SessionRoutesContext): Route {
  return route({
    id: 'authenticationPageSettings',
    method: 'GET',
    path: '/v2/authentication/settings',
    summary: 'The page settings of a session, without any information about its user',
    guard: authentication.guards.public,
    limits,
    query: z.object({ session: z.string().min(1).max(36) }),
    replies: {
      200: { description: 'The settings', schema: settingsBody },
      404: { description: 'The session does not exist' },
      410: { description: 'The session has expired' },
    },
    handler: async ({ query }, { caller }) => {
      const session = await getActiveSession(sessionContext.services, caller.tenant, query.session)
      const configuration = await getSessionConfiguration(sessionContext.services, session)
      const { metadata = {} } = await openSessionDetails(sessionContext.services, session)
      const page = options.page ?? {}
      const returnUrl = allowedReturnUrl(metadata, page)
      const body: z.output<typeof settingsBody> = {
        sessionId: session.id,
        purpose: session.purpose === 'enroll' ? 'enroll' : 'authenticate',
        selfieCaptureMode: configuration.selfieCaptureMode,
        liveness: toPageLiveness(configuration, sessionContext.faces.verifier?.capabilities.liveness),
        countdownSeconds: parseCountdownSeconds(page),
        ...(returnUrl !== undefined && { returnUrl }),
        texts: page.texts ?? {},
      }
      return { status: 200, body }
    },
  })
}

/** Returns the kind of liveness check that the page must run. A vendor session needs the vendor's own page. */
function toPageLiveness(
  { liveness }: VerificationConfiguration,
  capability: 'none' | 'challenge' | 'session' | undefined,
): 'none' | 'challenge' | 'other' {
  if (liveness === 'none') return 'none'
  return capability === 'challenge' ? 'challenge' : 'other'
}
