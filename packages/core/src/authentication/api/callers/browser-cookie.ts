import { type CookieDefinition, formatCookie, listCookieValues, type RequestContext } from '../../../http/index.ts'
import { sessionTtl } from '../../sessions/session.ts'

/** The cookie that binds a session to a browser. One per session, so that tabs do not interfere. */
function sessionCookie(sessionId: string): CookieDefinition {
  const maxAgeSeconds = (sessionTtl.started + sessionTtl.ended) / 1000
  return { name: `billfold-${sessionId}`, path: '', sameSite: 'Lax', maxAgeSeconds }
}

/** Formats the `Set-Cookie` header that binds a session to a browser. */
export function formatBrowserCookie(
  sessionId: string,
  secret: string,
  publicUrl: string | undefined,
  context: RequestContext,
): string {
  return formatCookie(sessionCookie(sessionId), secret, publicUrl, context)
}

/** Parses the secret of a session from the cookies of the browser. */
export function parseBrowserSecret(
  sessionId: string,
  publicUrl: string | undefined,
  context: RequestContext,
): string | undefined {
  return listCookieValues(sessionCookie(sessionId), publicUrl, context)[0]?.slice(0, 64)
}
