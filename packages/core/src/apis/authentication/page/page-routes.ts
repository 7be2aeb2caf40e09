import { z } from 'zod'
import type { VerificationConfiguration } from '../../../biometrics/configurations.ts'
import { type Reply, type Route, route } from '../../../http/index.ts'
import { configurationOf } from '../../../sessions/open-session.ts'
import { liveSession, openDetails } from '../../../sessions/session.ts'
import type { FaceApi } from '../face-api.ts'
import { pageFile } from './page-files.ts'
import { returnUrlOf, secondsToPose, themeSheet } from './page-options.ts'

const limits = [{ by: 'ip', most: 600, seconds: 60 }] as const

/**
 * Nothing but our own script and style, no frame around the page, and the camera for nobody else (Content Security Policy 3,
 * Permissions Policy).
 */
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
  liveness: z.enum(['none', 'challenge', 'other']).describe('What the page must show beside a face'),
  secondsToPose: z.int(),
  returnUrl: z.string().optional(),
  texts: z.record(z.string(), z.record(z.string(), z.string())),
})

/** The page on which people show their face, and what it is made of. */
export function pageRoutes(api: FaceApi): readonly Route[] {
  const { guards } = api.authentication
  const options = api.options.page ?? {}
  const theme = themeSheet(options)
  // A host is told of a setting that cannot be when it starts, not when somebody signs in.
  secondsToPose(options)
  const asset = (id: string, path: string, summary: string, reply: () => Promise<Reply>): Route =>
    route({
      id,
      method: 'GET',
      path,
      summary,
      guard: guards.open,
      limits,
      replies: { 200: { description: summary } },
      handler: reply,
    })
  const text = async (type: string, body: string | Promise<string>): Promise<Reply> => ({
    status: 200,
    headers: { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache' },
    body: await body,
  })
  return [
    asset('authenticationPage', '/v2/authentication', 'The authentication page', async () => ({
      status: 200,
      headers: pageHeaders,
      body: await pageFile('page.html'),
    })),
    asset('authenticationPageScript', '/v2/authentication/page.js', 'Its script', () =>
      text('text/javascript', pageFile('page.js')),
    ),
    asset('authenticationPageStyle', '/v2/authentication/page.css', 'Its style', () =>
      text('text/css', pageFile('page.css')),
    ),
    asset('authenticationPageTheme', '/v2/authentication/theme.css', "The host's theme for it", () =>
      text('text/css', theme),
    ),
    settingsRoute(api),
  ]
}

function settingsRoute({ authentication, setup, options }: FaceApi): Route {
  return route({
    id: 'authenticationPageSettings',
    method: 'GET',
    path: '/v2/authentication/settings',
    summary: 'What the page has to do for a session; nothing about its user',
    guard: authentication.guards.open,
    limits,
    query: z.object({ session: z.string().min(1).max(36) }),
    replies: {
      200: { description: 'The settings', schema: settingsBody },
      404: { description: 'No such session' },
      410: { description: 'The session has expired' },
    },
    handler: async ({ query }, { caller }) => {
      const session = await liveSession(setup.services, caller.tenant, query.session)
      const configuration = await configurationOf(setup.services, session)
      const { metadata = {} } = await openDetails(setup.services, session)
      const page = options.page ?? {}
      const returnUrl = returnUrlOf(metadata, page)
      const body: z.output<typeof settingsBody> = {
        sessionId: session.id,
        purpose: session.purpose === 'enroll' ? 'enroll' : 'authenticate',
        selfieCaptureMode: configuration.selfieCaptureMode,
        liveness: livenessOf(configuration, setup.faces.verifier?.capabilities.liveness),
        secondsToPose: secondsToPose(page),
        ...(returnUrl !== undefined && { returnUrl }),
        texts: page.texts ?? {},
      }
      return { status: 200, body }
    },
  })
}

/** What of liveness the page takes part in: a vendor's own session needs the vendor's own page. */
function livenessOf(
  { liveness }: VerificationConfiguration,
  capability: 'none' | 'challenge' | 'session' | undefined,
): 'none' | 'challenge' | 'other' {
  if (liveness === 'none') return 'none'
  return capability === 'challenge' ? 'challenge' : 'other'
}
