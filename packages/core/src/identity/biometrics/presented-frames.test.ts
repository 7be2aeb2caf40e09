import { describe, expect, test } from 'vitest'
import { batch, memoryStorage } from '../../kernel/storage/index.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createUser } from '../users/create.ts'
import { presentedFrames } from './face-tables.ts'
import { addFrames, hammingDistance, maxRememberedFrames } from './frame-memory.ts'
import { purgePresentedFrames, rememberFrames } from './presented-frames.ts'
import type { FrameHashes } from './verifier.ts'

const day = 24 * 60 * 60 * 1000
const actor = { tenant: 'default', id: 'host' }

function hashes(first: number, ...more: readonly number[]): FrameHashes {
  const numbers = [first, ...more]
  return { format: 'test/1', hashes: numbers.map((byte) => new Uint8Array(8).fill(byte)), maxDistance: 8 }
}

async function setup() {
  let now = Date.UTC(2030, 0, 1)
  const storage = memoryStorage()
  const services = { ...testServices(storage), now: () => now }
  const { user } = await createUser(services, {}, actor, {})
  const owner = { tenant: 'default', userId: user.id }
  /** Returns false for frames that were presented before. */
  const present = async (frames: FrameHashes | undefined): Promise<boolean> => {
    const writes = await rememberFrames(services, owner, frames)
    if (writes === 'presented-again') return false
    if (writes.length > 0) await storage.commit(batch(...writes))
    return true
  }
  const stored = async () => (await storage.find(presentedFrames, { where: owner, limit: 2 }))[0]
  return { storage, present, stored, advance: (time: number) => void (now += time), now: () => now }
}

describe('presented frames', () => {
  test('are rejected if one is near a frame of an earlier check, within 90 days', async () => {
    const { present, advance } = await setup()
    expect(await present(hashes(0b1111_0000))).toBe(true)
    expect(await present(hashes(0b1111_0001))).toBe(false)
    expect(await present(hashes(0b0000_1111, 0b1111_0000))).toBe(false)
    expect(await present(hashes(0b0000_1111))).toBe(true)
    advance(89 * day)
    expect(await present(hashes(0b1111_0000))).toBe(false)
    advance(2 * day)
    expect(await present(hashes(0b1111_0000))).toBe(true)
  })

  test('are compared with hashes of the same format and length only, and not at all without hashes', async () => {
    const { present } = await setup()
    expect(await present(hashes(7))).toBe(true)
    expect(await present({ ...hashes(7), format: 'test/2' })).toBe(true)
    expect(await present({ format: 'test/2', hashes: [new Uint8Array(16).fill(7)], maxDistance: 8 })).toBe(true)
    expect(await present(undefined)).toBe(true)
    expect(await present({ ...hashes(7), hashes: [] })).toBe(true)
  })

  test('of two concurrent checks are accepted once', async () => {
    const { present } = await setup()
    const both = await Promise.allSettled([present(hashes(1)), present(hashes(1))])
    expect(both.filter((one) => one.status === 'fulfilled' && one.value)).toHaveLength(1)
  })

  test('are stored sealed, in one row that is deleted after its expiry', async () => {
    const { storage, present, stored, advance, now } = await setup()
    await present(hashes(0x41))
    expect(Buffer.from((await stored())?.sealedHashes ?? []).includes(Buffer.alloc(8, 0x41).toString('base64'))).toBe(
      false,
    )
    await purgePresentedFrames(storage, now())
    expect(await stored()).toBeDefined()
    advance(90 * day)
    await purgePresentedFrames(storage, now())
    expect(await stored()).toBeUndefined()
  })

  test('are remembered up to a maximum per user, and the oldest are forgotten', () => {
    let memory = addFrames(undefined, hashes(0), 1, 0)
    for (let at = 2; at <= 400; at++) memory = addFrames(memory, hashes(at % 256), at, 0)
    expect(memory.frames).toHaveLength(maxRememberedFrames)
    expect(memory.frames.at(0)?.at).toBe(400 - maxRememberedFrames + 1)
  })
})

test('the distance of two hashes is the number of different bits', () => {
  expect(hammingDistance(Uint8Array.of(0b1011, 0xff), Uint8Array.of(0b0001, 0x7f))).toBe(3)
  expect(hammingDistance(Uint8Array.of(1), Uint8Array.of(1, 1))).toBe(Number.POSITIVE_INFINITY)
})
