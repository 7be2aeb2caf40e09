import { z } from 'zod'
import type { Actor } from '../../audit/record.ts'
import { BillfoldError } from '../../errors.ts'
import { type Route, route } from '../../http/index.ts'
import { adoptSession } from '../../sessions/adopt-session.ts'
import { openInBrowser } from '../../sessions/open-session.ts'
import { browserCookie, browserSecret } from './browser-cookie.ts'
import { actorOf } from './caller.ts'
import { baseUrl, type FaceApi } from './face-api.ts'

/** Where a browser comes in, with a session that a relying party has made. */
export function openRoute(api: FaceApi): Route {
  const { authentication, setup, options } = api
  return route({
    id: 'openSession',
    method: 'GET',
    path: '/v2/authenticate',
    summary: 'Open a session in this browser, and go on to the authentication page',
    guard: authentication.guards.open,
    limits: [{ by: 'ip', most: 300, seconds: 60 }],
    query: z.object({ session: z.string().min(1).max(4096) }),
    replies: {
      302: { description: 'To the authentication page' },
      400: { description: 'A session URL that is not taken' },
      404: { description: 'No such session' },
      410: { description: 'The session has expired' },
    },
    handler: async ({ query }, context) => {
      const { services } = setup
      const actor = actorOf(context)
      const base = baseUrl(api, context.mount)
      const id = await sessionIdOf(api, actor, base, urlIn(query.session))
      const secret = browserSecret(context.headers, id)
      const opened = await openInBrowser(services, actor, id, secret)
      const page = options.authenticationPage ?? `${base}/v2/authentication`
      const parameters = new URLSearchParams({
        session: id,
        selfieCaptureMode: opened.configuration.selfieCaptureMode,
      })
      return {
        status: 302,
        headers: {
          location: `${page}${page.includes('?') ? '&' : '?'}${parameters.toString()}`,
          'set-cookie': browserCookie(id, opened.browserSecret, base),
          'referrer-policy': 'no-referrer',
        },
      }
    },
  })
}

/** Base64 or base64url of a URL, or of the path of one of our own. @throws BillfoldError `session-url.refused` */
function urlIn(text: string): string {
  // What reads a form takes a plus for a space.
  const base64 = text.replaceAll(' ', '+')
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) throw new BillfoldError('session-url.refused')
  return Buffer.from(base64, 'base64').toString('utf8')
}

async function sessionIdOf({ setup, options }: FaceApi, actor: Actor, base: string, url: string): Promise<string> {
  const own = `${base}/sessions/session/`
  if (url.startsWith(own)) {
    const id = url.slice(own.length)
    if (!/^[0-9a-f-]{36}$/.test(id)) throw new BillfoldError('session-url.refused')
    return id
  }
  return adoptSession(setup.services, actor, url, options.sessionServices ?? [], options.resolve)
}
