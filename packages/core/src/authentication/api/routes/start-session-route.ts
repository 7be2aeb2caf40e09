import { z } from 'zod'
import { parseBase64 } from '../../../kernel/base64.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { type Reply, type RequestContext, type Route, route } from '../../../http/index.ts'
import { importForeignSession } from '../../sessions/foreign-sessions/import-session.ts'
import { startInBrowser } from '../../sessions/start-session.ts'
import { formatBrowserCookie, parseBrowserSecret } from '../callers/browser-cookie.ts'
import { toAuthenticationActor } from '../callers/authentication-caller.ts'
import { resolveBaseUrl, type SessionRoutesContext } from '../context.ts'

/** The entry point of a browser: starts a session that a relying party has created, and redirects to the authentication page. */
export function startSessionRoute(api: SessionRoutesContext): Route {
  const { authentication, sessionContext, options } = api
  return route({
    id: 'startSession',
    method: 'GET',
    path: '/v2/authenticate',
    summary: 'Start a session in this browser and redirect to the authentication page',
    guard: authentication.guards.public,
    limits: [{ by: 'ip', limit: 300, windowSeconds: 60 }],
    query: z.object({
      session: z.string().max(4096).default(''),
      lang: z.string().max(64).optional().describe('The language of the page'),
    }),
    replies: {
      302: { description: 'Redirect to the authentication page' },
      400: { description: 'The session URL is not accepted. This and the other errors are pages for a browser' },
      403: { description: 'Another browser has started the session' },
      404: { description: 'The session does not exist' },
      410: { description: 'The session has expired' },
    },
    handler: ({ query }, context) => start(query, context),
  })

  async function start(
    { session, lang }: { readonly session: string; readonly lang?: string | undefined },
    context: RequestContext,
  ): Promise<Reply> {
    const actor = toAuthenticationActor(context)
    const base = resolveBaseUrl(api, context.mount)
    const id = await findOrImportSession(api, actor, base, decodeSessionUrl(session))
    const secret = parseBrowserSecret(id, authentication.options.publicUrl, context)
    const started = await startInBrowser(sessionContext.services, actor, id, secret)
    const page = options.authenticationPageUrl ?? `${base}/v2/authentication`
    const parameters = new URLSearchParams({
      session: id,
      selfieCaptureMode: started.configuration.selfieCaptureMode,
      ...(lang !== undefined && { lang }),
    })
    return {
      status: 302,
      headers: {
        location: `${page}${page.includes('?') ? '&' : '?'}${parameters.toString()}`,
        'set-cookie': formatBrowserCookie(id, started.browserSecret, authentication.options.publicUrl, context),
        'referrer-policy': 'no-referrer',
      },
    }
  }
}

/** Decodes base64 or base64url of a session URL, or of the path of one of our own. @throws BillfoldError `session-url.rejected` */
function decodeSessionUrl(text: string): string {
  // The query parser decodes a plus sign as a space.
  const bytes = parseBase64(text.replaceAll(' ', '+'))
  if (bytes === undefined || bytes.length === 0) throw new BillfoldError('session-url.rejected')
  return Buffer.from(bytes).toString('utf8')
}

async function findOrImportSession(
  { sessionContext, options }: SessionRoutesContext,
  actor: Actor,
  base: string,
  url: string,
): Promise<string> {
  const own = `${base}/sessions/session/`
  if (url.startsWith(own)) {
    const id = url.slice(own.length)
    if (!/^[0-9a-f-]{36}$/.test(id)) throw new BillfoldError('session-url.rejected')
    return id
  }
  return importForeignSession(sessionContext.services, actor, url, options.sessionServices ?? [], options.dnsResolver)
}
