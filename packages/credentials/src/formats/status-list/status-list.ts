/** The numbers of bits that a status may have (Token Status List section 4.1). */
export type StatusBits = 1 | 2 | 4 | 8

/** The values of a status (Token Status List section 7.1). */
export const statusValues = { valid: 0, invalid: 1, suspended: 2 } as const

/** Creates a list in which all are valid. @param size the number of statuses, a multiple of 8 */
export function createStatusList(size: number, bits: StatusBits): Uint8Array {
  return new Uint8Array((size * bits) / 8)
}

/** Returns a status; undefined beyond the end of the list. */
export function statusAt(statuses: Uint8Array, bits: StatusBits, index: number): number | undefined {
  const { at, shift, mask } = locate(bits, index)
  const byte = statuses[at]
  return byte === undefined ? undefined : (byte >> shift) & mask
}

/** Returns a copy of the list with one status changed. @throws RangeError beyond the end, or if the value has more bits */
export function withStatus(statuses: Uint8Array, bits: StatusBits, index: number, value: number): Uint8Array {
  const { at, shift, mask } = locate(bits, index)
  const byte = statuses[at]
  if (byte === undefined) throw new RangeError(`the status list has no index ${index}`)
  if ((value & mask) !== value) throw new RangeError(`a status of ${bits} bits cannot be ${value}`)
  const changed = Uint8Array.from(statuses)
  changed[at] = (byte & ~(mask << shift)) | (value << shift)
  return changed
}

function locate(
  bits: StatusBits,
  index: number,
): { readonly at: number; readonly shift: number; readonly mask: number } {
  const perByte = 8 / bits
  return { at: Math.floor(index / perByte), shift: (index % perByte) * bits, mask: (1 << bits) - 1 }
}
