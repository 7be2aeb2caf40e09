import { setImmediate } from 'node:timers/promises'

/** Bytes that are serialized within one turn of the event loop. */
const maxBytesPerTurn = 512 * 1024

/**
 * Serializes an array item by item, for the body of a reply with `content-type: application/json`. Serializing tens of megabytes at
 * once would block the event loop.
 *
 * @param items values that JSON can represent
 * @throws TypeError if an item cannot be serialized
 */
export async function* streamJsonArray(items: Iterable<object>): AsyncGenerator<Uint8Array> {
  let prefix = '['
  let bytesInTurn = 0
  for (const item of items) {
    const bytes = Buffer.from(prefix + JSON.stringify(item))
    prefix = ','
    yield bytes
    bytesInTurn += bytes.length
    if (bytesInTurn < maxBytesPerTurn) continue
    bytesInTurn = 0
    await setImmediate()
  }
  yield Buffer.from(prefix === '[' ? '[]' : ']')
}
