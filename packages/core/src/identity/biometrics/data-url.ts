/** `data:`, a media type with parameters, which may be missing or quoted, and `;base64` (RFC 2397 section 3). */
const dataUrl =
  /^data:(?:[\w.+-]{1,60}\/[\w.+-]{1,60})?(?:;\s?[\w-]{1,40}=(?:"[^"\\,]{0,100}"|[^\s";,]{0,100})){0,8};\s?base64,/i

/**
 * Returns the base64 of a data URL (RFC 2397), or the text as it is if it is none. In a URL some characters of base64 may be
 * percent-encoded (RFC 3986 section 2.1). The media type says nothing about the content, so it may be any.
 */
export function stripDataUrl(text: string): string {
  const head = dataUrl.exec(text.slice(0, 1024))?.[0]
  if (head === undefined) return text
  return text.slice(head.length).replaceAll(/%2B/gi, '+').replaceAll(/%2F/gi, '/').replaceAll(/%3D/gi, '=')
}
