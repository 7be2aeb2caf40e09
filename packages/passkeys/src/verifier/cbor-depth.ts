/** The deepest that attestation objects nest: the object, its statement, the certificates of the statement, one of them. */
const maxDepth = 8

/**
 * Returns true if the bytes start with one well-formed CBOR item (RFC 8949) that nests at most eight deep. Decoders recurse,
 * so deeper input could exhaust the stack. Items of indefinite length are refused, as CTAP2 canonical CBOR forbids them.
 */
export function isShallowCbor(bytes: Uint8Array): boolean {
  // The number of items that are still to come, by depth.
  const pending = [1]
  let position = 0
  while (pending.length > 0) {
    const level = pending.length - 1
    const left = pending[level] ?? 0
    if (left === 0) {
      pending.pop()
      continue
    }
    pending[level] = left - 1
    const head = readHead(bytes, position)
    if (head === undefined) return false
    position = head.next
    if (head.major === 2 || head.major === 3) position += head.value
    if (position > bytes.length) return false
    const children = countChildren(head)
    if (children > bytes.length) return false
    if (children > 0) pending.push(children)
    if (pending.length > maxDepth) return false
  }
  return true
}

function countChildren({ major, value }: { readonly major: number; readonly value: number }): number {
  if (major === 4) return value
  if (major === 5) return value * 2
  return major === 6 ? 1 : 0
}

/** Reads the first byte of an item and its argument. */
function readHead(
  bytes: Uint8Array,
  position: number,
): { readonly major: number; readonly value: number; readonly next: number } | undefined {
  const first = bytes[position]
  if (first === undefined) return undefined
  const [major, info] = [first >> 5, first & 31]
  if (info < 24) return { major, value: info, next: position + 1 }
  if (info > 27) return undefined
  const length = 2 ** (info - 24)
  const argument = bytes.subarray(position + 1, position + 1 + length)
  if (argument.length < length) return undefined
  // Above 2^53 the value is inexact, and larger than any input all the same.
  const value = argument.reduce((sum, byte) => sum * 256 + byte, 0)
  return { major, value, next: position + 1 + length }
}
