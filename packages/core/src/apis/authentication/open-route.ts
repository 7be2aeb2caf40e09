import { z } from 'zod'
import type { Actor } from '../../audit/record.ts'
import { BillfoldError } from '../../errors.ts'
import { type Route, route } from '../../http/index.ts'
import { adoptSession } from '../../sessions/adopt-session.ts'
import { openInBrowser } from '../../sessions/open-session.ts'
import { browserCookie, browserSecret } from './browser-cookie.ts'
import { actorOf } from './caller.ts'
import { baseUrl, type FaceApi } from './authentication.ts'

/** The entry point of a browser: starts a session that a relying party has created, and redirects to the authentication page. */
export function openRoute(api: FaceApi): Route {
  const { authentication, setup: sessionContext, options } = api
  return route({
    id: 'startSession',
    method: 'GET',
    path: '/v2/authenticate',
    summary: 'Start a session in this browser and redirect to the authentication page',
    guard: authentication.guards.open,
    limits: [{ by: 'ip', most: 300, seconds: 60 }],
    query: z.object({ session: z.string().min(1).max(4096) }),
    replies: {
      302: { description: 'Redirect to the authentication page' },
      400: { description: 'The session URL is not accepted' },
      404: { description: 'The session does not exist' },
      410: { description: 'The session has expired' },
    },
    handler: async ({ query }, context) => {
      const { services } = sessionContext
      const actor = actorOf(context)
      const base = baseUrl(api, context.mount)
      const id = await findOrImportSession(api, actor, base, decodeSessionUrl(query.session))
      const secret = browserSecret(context.headers, id)
      const started = await openInBrowser(services, actor, id, secret)
      const page = options.authenticationPage ?? `${base}/v2/authentication`
      const parameters = new URLSearchParams({
        session: id,
        selfieCaptureMode: started.configuration.selfieCaptureMode,
      })
      return {
        status: 302,
        headers: {
          location: `${page}${page.includes('?') ? '&' : '?'}${parameters.toString()}`,
          'set-cookie': browserCookie(id, started.browserSecret, base),
          'referrer-policy': 'no-referrer',
        },
      }
    },
  })
}

/** Decodes base64 or base64url of a session URL, or of the path of one of our own. @throws BillfoldError `session-url.rejected` */
function decodeSessionUrl(text: string): string {
  // The query parser decodes a plus sign as a space.
  const base64 = text.replaceAll(' ', '+')
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) throw new BillfoldError('session-url.refused')
  return Buffer.from(base64, 'base64').toString('utf8')
}

async function findOrImportSession(
  { setup: sessionContext, options }: FaceApi,
  actor: Actor,
  base: string,
  url: string,
): Promise<string> {
  const own = `${base}/sessions/session/`
  if (url.startsWith(own)) {
    const id = url.slice(own.length)
    if (!/^[0-9a-f-]{36}$/.test(id)) throw new BillfoldError('session-url.refused')
    return id
  }
  return adoptSession(sessionContext.services, actor, url, options.sessionServices ?? [], options.resolve)
}
