import { CborError, CborTag, type CborValue } from './cbor-value.ts'

/** The limits of a decoded item. */
const limits = { bytes: 1024 * 1024, depth: 16, items: 20_000 } as const

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes exactly one item: definite lengths only, at most 1 MiB, 16 levels and 20,000 items, no map key twice, integers up to
 * 2^53 - 1.
 * @throws CborError
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  if (bytes.length > limits.bytes) throw new CborError('too large')
  const reader = new CborReader(bytes)
  const value = reader.readItem(0)
  if (!reader.isAtEnd) throw new CborError('more than one item')
  return value
}

/** A class because of its position. */
class CborReader {
  readonly #bytes: Buffer
  #at = 0
  #items = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  readItem(depth: number): CborValue {
    if (depth > limits.depth || ++this.#items > limits.items) throw new CborError('too deep, or too many items')
    const start = this.#at
    const initial = this.#read(1).readUInt8()
    const major = initial >> 5
    const info = initial & 31
    if (major === 7) return this.#readSimple(info)
    const argument = this.#readArgument(info)
    switch (major) {
      case 0:
        return argument
      case 1:
        return -1 - argument
      case 2:
        return Buffer.from(this.#read(argument))
      case 3:
        return this.#readText(argument)
      case 4:
        return this.#readArray(argument, depth)
      case 5:
        return this.#readMap(argument, depth)
      default: {
        const value = this.readItem(depth + 1)
        return new CborTag(argument, value, this.#bytes.subarray(start, this.#at))
      }
    }
  }

  #read(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new CborError('cut off')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  #readArgument(info: number): number {
    if (info < 24) return info
    if (info === 24) return this.#read(1).readUInt8()
    if (info === 25) return this.#read(2).readUInt16BE()
    if (info === 26) return this.#read(4).readUInt32BE()
    if (info !== 27) throw new CborError('indefinite or reserved length')
    const argument = this.#read(8).readBigUInt64BE()
    if (argument > BigInt(Number.MAX_SAFE_INTEGER)) throw new CborError('an integer is too large')
    return Number(argument)
  }

  #readSimple(info: number): CborValue {
    switch (info) {
      case 20:
        return false
      case 21:
        return true
      case 22:
        return null
      case 23:
        return undefined
      case 26:
        return this.#read(4).readFloatBE()
      case 27:
        return this.#read(8).readDoubleBE()
      default:
        throw new CborError('an unknown simple value')
    }
  }

  #readText(length: number): string {
    try {
      return utf8.decode(this.#read(length))
    } catch (error) {
      throw error instanceof CborError ? error : new CborError('text that is not UTF-8', { cause: error })
    }
  }

  #readArray(length: number, depth: number): readonly CborValue[] {
    // Each item takes at least one byte, so a length beyond the input is refused before anything is allocated.
    if (length > this.#bytes.length - this.#at) throw new CborError('cut off')
    return Array.from({ length }, () => this.readItem(depth + 1))
  }

  #readMap(length: number, depth: number): ReadonlyMap<string | number, CborValue> {
    if (length * 2 > this.#bytes.length - this.#at) throw new CborError('cut off')
    const map = new Map<string | number, CborValue>()
    for (let index = 0; index < length; index++) {
      const key = this.readItem(depth + 1)
      if (typeof key !== 'string' && !Number.isSafeInteger(key))
        throw new CborError('a key is neither text nor integer')
      if (typeof key !== 'string' && typeof key !== 'number') throw new CborError('a key is neither text nor integer')
      if (map.has(key)) throw new CborError('a key appears twice')
      map.set(key, this.readItem(depth + 1))
    }
    return map
  }
}
