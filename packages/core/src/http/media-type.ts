/** A `Content-Type` taken apart: the type in lower case, and the charset in lower case where one is named. */
export interface MediaType {
  readonly type: string
  readonly charset: string | undefined
}

/** Reads a `Content-Type` (RFC 9110 section 8.3.1), as far as type and charset go. */
export function readMediaType(header: string): MediaType {
  const [type = '', ...parameters] = header.toLowerCase().split(';')
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='))
  return { type: type.trim(), charset: charset?.slice('charset='.length).replaceAll('"', '') }
}

/** Whether a body of this type can be read as `encoding`, in UTF-8. */
export function isEncodedAs({ type, charset }: MediaType, encoding: 'json' | 'form'): boolean {
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') return false
  if (encoding === 'form') return type === 'application/x-www-form-urlencoded'
  return type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type)
}
