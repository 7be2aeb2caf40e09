// The few parts of Protocol Buffers' wire format that a transaction of TRON needs: fields of varints and of bytes.

/** Encodes an integer field; the default value 0 is left out (proto3). */
export function integerField(number: number, value: bigint | number): Uint8Array {
  return BigInt(value) === 0n ? new Uint8Array() : concat(varint(number << 3), varint(value))
}

/** Encodes a field of bytes, text or a message; empty bytes are left out (proto3). */
export function bytesField(number: number, value: Uint8Array): Uint8Array {
  return value.length === 0 ? new Uint8Array() : concat(varint((number << 3) | 2), varint(value.length), value)
}

/** Concatenates encoded fields into a message. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

function varint(value: bigint | number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt(value)
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Uint8Array.from([...bytes, Number(rest)])
}
