/** A parsed `Content-Type`: type and charset in lower case. */
export interface MediaType {
  readonly type: string
  readonly charset: string | undefined
}

/** Parses the type and charset of a `Content-Type` header (RFC 9110 section 8.3.1). */
export function parseMediaType(header: string): MediaType {
  const [type = '', ...parameters] = header.toLowerCase().split(';')
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='))
  return { type: type.trim(), charset: charset?.slice('charset='.length).replaceAll('"', '') }
}

/** Returns true if a body of this type is UTF-8 in this encoding. */
export function isEncodedAs({ type, charset }: MediaType, encoding: 'json' | 'form' | 'jwt'): boolean {
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') return false
  if (encoding === 'form') return type === 'application/x-www-form-urlencoded'
  if (encoding === 'jwt') return type === 'application/jwt'
  return type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type)
}
