const standard = /^[A-Za-z0-9+/]*={0,2}$/
const urlSafe = /^[A-Za-z0-9_-]*={0,2}$/
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * The bytes of base64 or base64url (RFC 4648 sections 4 and 5), with its padding or without; undefined for anything else. Bits
 * beyond the last byte must be zero, so that no two texts of one alphabet stand for the same bytes.
 */
export function fromBase64(text: string): Uint8Array | undefined {
  if (!standard.test(text) && !urlSafe.test(text)) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const characters = text.length - padding
  const over = characters % 4
  if (over === 1 || (padding > 0 && (over + padding) % 4 !== 0)) return undefined
  if (over !== 0 && (valueOf(text.charAt(characters - 1)) & (over === 2 ? 0b1111 : 0b11)) !== 0) return undefined
  return Buffer.from(text, 'base64')
}

function valueOf(character: string): number {
  return alphabet.indexOf(character === '-' ? '+' : character === '_' ? '/' : character)
}
