import type { RequestContext } from './request-context.ts'

/** A cookie of Billfold. */
export interface CookieDefinition {
  /** The name without a prefix: letters, digits and hyphens. */
  readonly name: string
  /** The path below the mount at which the cookie is read, such as `/login`. Browsers that use TLS get `/`, see {@link formatCookie}. */
  readonly path: string
  readonly sameSite: 'Strict' | 'Lax'
  readonly maxAgeSeconds: number
}

/** What decides about the scope of a cookie. */
type CookieContext = Pick<RequestContext, 'mount' | 'headers'> & { readonly url?: string | undefined }

/** The number of values of one cookie that are read: a stale one of another path may precede the current one. */
const maxValues = 4

/**
 * Formats a `Set-Cookie` header (RFC 6265). Every cookie of Billfold is made here: `HttpOnly`, and `Secure` with the prefix `__Host-`
 * (RFC 6265bis section 4.1.3.2), so that neither another host of the site nor a page without TLS can set or read it. Only for a host that
 * is reached without TLS the cookie is plain: see {@link usesSecureCookies}.
 *
 * @param publicUrl the public URL of the API, if the host has configured it
 */
export function formatCookie(
  cookie: CookieDefinition,
  value: string,
  publicUrl: string | undefined,
  context: CookieContext,
): string {
  const isSecure = usesSecureCookies(publicUrl, context)
  return [
    `${toCookieName(cookie, isSecure)}=${value}`,
    `Path=${isSecure ? '/' : toPath(publicUrl, context.mount, cookie.path)}`,
    `Max-Age=${Math.floor(cookie.maxAgeSeconds)}`,
    'HttpOnly',
    `SameSite=${cookie.sameSite}`,
    ...(isSecure ? ['Secure'] : []),
  ].join('; ')
}

/** Lists the values of a cookie in a request, under the name that {@link formatCookie} gives it for this request. */
export function listCookieValues(
  cookie: Pick<CookieDefinition, 'name'>,
  publicUrl: string | undefined,
  context: CookieContext,
): readonly string[] {
  const { cookie: header } = context.headers
  if (typeof header !== 'string') return []
  const start = `${toCookieName(cookie, usesSecureCookies(publicUrl, context))}=`
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(start))
    .map((pair) => pair.slice(start.length))
    .slice(0, maxValues)
}

/**
 * Returns true unless it is certain that the browser does not use TLS: `publicUrl` starts with `http:`, or the request names this very
 * machine (RFC 6761 section 6.3, RFC 1122 section 3.2.1.3) and no proxy reports TLS. What a framework reports as the scheme does not
 * count: behind a proxy that ends TLS it is `http` until the host trusts the proxy. A client that forges a header changes its own
 * cookies only.
 */
export function usesSecureCookies(publicUrl: string | undefined, { url, headers }: CookieContext): boolean {
  if (publicUrl !== undefined) return !publicUrl.toLowerCase().startsWith('http:')
  if (url?.toLowerCase().startsWith('https:') === true || reportsTls(headers)) return true
  const { host } = headers
  const authority = url !== undefined && URL.canParse(url) ? new URL(url).host : host
  return typeof authority !== 'string' || !isLoopback(authority)
}

function reportsTls(headers: RequestContext['headers']): boolean {
  const values = [headers['x-forwarded-proto'], headers['forwarded']].flat()
  return values.some((value) => value !== undefined && /(?:^|[\s,;="])https(?:$|[\s,;"])/i.test(value.slice(0, 1024)))
}

function isLoopback(authority: string): boolean {
  return /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(authority)
}

function toCookieName({ name }: Pick<CookieDefinition, 'name'>, isSecure: boolean): string {
  return isSecure ? `__Host-${name}` : name
}

/** The path comes from `publicUrl` or the mount, never from the `Host` header. */
function toPath(publicUrl: string | undefined, mount: string, path: string): string {
  const base = publicUrl === undefined ? mount : new URL(publicUrl).pathname
  return `${base.replace(/\/+$/, '')}${path}` || '/'
}
