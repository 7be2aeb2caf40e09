import { setImmediate } from 'node:timers/promises'

/** Bytes or characters that are processed within one turn of the event loop: parsing this much takes a few milliseconds at most. */
const maxLengthPerTurn = 512 * 1024

/**
 * Lets the event loop serve others between two steps over the same large value, such as decrypting and parsing a photo of
 * megabytes. Returns at once for a small one, which nearly every body is.
 *
 * @param length the length of the value in bytes or characters
 * @example
 * ```ts
 * import { parseJson, yieldAfterLarge } from '@billfold/core/http'
 *
 * export async function parseAfterOthers(text: string): Promise<unknown> {
 *   await yieldAfterLarge(text.length)
 *   return parseJson(text)
 * }
 * ```
 */
export async function yieldAfterLarge(length: number): Promise<void> {
  if (length > maxLengthPerTurn) await setImmediate()
}
