import { expect, test } from 'vitest'
import { decryptJson } from './decrypt-body.ts'

async function countTurns(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let isRunning = true
  const count = (): void => {
    turns++
    if (isRunning) setImmediate(count)
  }
  setImmediate(count)
  await work()
  isRunning = false
  return turns
}

function channelOf(value: unknown): Parameters<typeof decryptJson>[0] {
  const plaintext = Buffer.from(JSON.stringify(value))
  return { publicKey: '', callerKey: '', decrypt: () => plaintext, encrypt: () => '' }
}

test('decryptJson of megabytes lets the event loop run between decrypting, parsing and validating', async () => {
  const channel = channelOf({ image: 'x'.repeat(5_000_000) })
  expect(await countTurns(() => decryptJson(channel, ''))).toBeGreaterThanOrEqual(2)
})

test('decryptJson of a small body takes no turn of the event loop', async () => {
  expect(await countTurns(() => decryptJson(channelOf({ pin: '1234' }), ''))).toBe(0)
})
