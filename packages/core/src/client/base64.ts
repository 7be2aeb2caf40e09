/** Bytes converted per call: more would exceed the argument limit of String.fromCharCode. */
const chunkSize = 0x8000

/** Encodes bytes as padded base64 (RFC 4648 section 4). */
export function bytesToBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let from = 0; from < bytes.length; from += chunkSize)
    binary += String.fromCharCode(...bytes.subarray(from, from + chunkSize))
  return btoa(binary)
}

/** Decodes base64 or base64url (RFC 4648 sections 4 and 5), padded or not. @throws TypeError for other input */
export function base64ToBytes(text: string): Uint8Array<ArrayBuffer> {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(standard) || standard.length % 4 === 1) throw new TypeError('Invalid base64')
  const binary = atob(standard)
  // `atob` ignores unused bits.
  if (btoa(binary).replace(/=+$/, '') !== standard) throw new TypeError('Invalid base64')
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
  return bytes
}
