/** An `Authorization` header of the Basic scheme (RFC 7617). */
export function basicAuthorization(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}
