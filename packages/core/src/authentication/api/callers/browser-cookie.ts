import type { IncomingRequest } from '../../../http/index.ts'
import { sessionTtl } from '../../sessions/session.ts'

/** Formats the `Set-Cookie` header that binds a session to a browser (RFC 6265). One cookie per session, so that tabs do not interfere. */
export function formatBrowserCookie(sessionId: string, secret: string, baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  const path = url?.pathname ?? baseUrl
  return [
    `${cookieName(sessionId)}=${secret}`,
    `Path=${path === '' ? '/' : path}`,
    `Max-Age=${(sessionTtl.started + sessionTtl.ended) / 1000}`,
    'HttpOnly',
    'SameSite=Lax',
    ...(url?.protocol === 'https:' ? ['Secure'] : []),
  ].join('; ')
}

/** Parses the secret of a session from the browser's `Cookie` header. */
export function parseBrowserSecret(headers: IncomingRequest['headers'], sessionId: string): string | undefined {
  const header = headers['cookie']
  if (typeof header !== 'string') return undefined
  const name = `${cookieName(sessionId)}=`
  const cookie = header
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(name))
  return cookie?.slice(name.length, name.length + 64)
}

function cookieName(sessionId: string): string {
  return `billfold-${sessionId}`
}
