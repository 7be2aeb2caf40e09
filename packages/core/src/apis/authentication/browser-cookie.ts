import type { IncomingRequest } from '../../http/index.ts'
import { sessionLife } from '../../sessions/session.ts'

/** The cookie that binds a session to a browser (RFC 6265): one for each session, so that tabs do not get in each other's way. */
export function browserCookie(sessionId: string, secret: string, baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  const path = url?.pathname ?? baseUrl
  return [
    `${nameOf(sessionId)}=${secret}`,
    `Path=${path === '' ? '/' : path}`,
    `Max-Age=${(sessionLife.opened + sessionLife.ended) / 1000}`,
    'HttpOnly',
    'SameSite=Lax',
    ...(url?.protocol === 'https:' ? ['Secure'] : []),
  ].join('; ')
}

/** The secret that a browser brings for a session. */
export function browserSecret(headers: IncomingRequest['headers'], sessionId: string): string | undefined {
  const header = headers['cookie']
  if (typeof header !== 'string') return undefined
  const name = `${nameOf(sessionId)}=`
  const cookie = header
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(name))
  return cookie?.slice(name.length, name.length + 64)
}

function nameOf(sessionId: string): string {
  return `billfold-${sessionId}`
}
