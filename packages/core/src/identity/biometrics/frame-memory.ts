import { z } from 'zod'
import { parseBase64 } from '../../kernel/base64.ts'
import type { FrameHashes } from './verifier.ts'

/** Maximum number of remembered frames per user; then the oldest are forgotten. 64 challenges of four frames. */
export const maxRememberedFrames = 256

/** Hashes of frames, all of one format, oldest first. */
export interface FrameMemory {
  readonly format: string
  readonly frames: readonly { readonly at: number; readonly hash: Uint8Array }[]
}

/** Returns true if a frame was presented after `since` (milliseconds since 1970), by the distance of its hash. */
export function isPresentedAgain(
  memory: FrameMemory,
  { format, hashes, maxDistance }: FrameHashes,
  since: number,
): boolean {
  if (memory.format !== format) return false
  const recent = memory.frames.filter(({ at }) => at > since)
  return hashes.some((hash) => recent.some((known) => hammingDistance(known.hash, hash) <= maxDistance))
}

/** Adds frames. Forgets those before `since`, those of another format, and the oldest beyond the maximum. */
export function addFrames(
  memory: FrameMemory | undefined,
  { format, hashes }: FrameHashes,
  at: number,
  since: number,
): FrameMemory {
  const recent = memory?.format === format ? memory.frames.filter((frame) => frame.at > since) : []
  return { format, frames: [...recent, ...hashes.map((hash) => ({ at, hash }))].slice(-maxRememberedFrames) }
}

/** Counts the bits in which two hashes differ; infinity for different lengths. */
export function hammingDistance(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  return a.reduce((sum, byte, index) => sum + countBits(byte ^ (b[index] ?? 0)), 0)
}

function countBits(byte: number): number {
  let bits = 0
  for (let rest = byte; rest > 0; rest >>>= 1) bits += rest & 1
  return bits
}

/** Serializes a memory as JSON, hashes in base64. */
export function serializeFrameMemory({ format, frames }: FrameMemory): Uint8Array {
  const rows = frames.map(({ at, hash }) => [at, Buffer.from(hash).toString('base64')])
  return new TextEncoder().encode(JSON.stringify({ format, frames: rows }))
}

const hashShape = z.string().transform((text, context) => {
  const hash = parseBase64(text)
  if (hash === undefined) context.addIssue('must be base64')
  return Uint8Array.from(hash ?? [])
})
const shape = z.object({ format: z.string(), frames: z.array(z.tuple([z.number(), hashShape])) })

/** Parses a serialized memory. @throws ZodError, SyntaxError */
export function parseFrameMemory(bytes: Uint8Array): FrameMemory {
  const { format, frames } = shape.parse(JSON.parse(new TextDecoder().decode(bytes)))
  return { format, frames: frames.map(([at, hash]) => ({ at, hash })) }
}
