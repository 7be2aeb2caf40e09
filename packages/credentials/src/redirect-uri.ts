/** Schemes that browsers and systems handle themselves: none of them leads to an app of the other party. */
const knownSchemes: ReadonlySet<string> = new Set(
  'http: ws: wss: ftp: file: filesystem: javascript: data: vbscript: blob: about: view-source: chrome: mailto: tel:'.split(
    ' ',
  ),
)

/** True for a URI that a browser may be sent to on behalf of somebody else: https, or of a private-use scheme (RFC 8252 section 7.1). */
export function isRedirectUri(uri: string): boolean {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  // A comma or a semicolon in a host would end the source in a content security policy.
  if (url === undefined || uri.includes('#') || /[,;]/.test(url.host)) return false
  return url.protocol === 'https:' || (uri.startsWith(`${url.protocol}//`) && !knownSchemes.has(url.protocol))
}

/** True for http on this computer, where nobody can listen in (RFC 8252 section 8.3). */
export function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}
