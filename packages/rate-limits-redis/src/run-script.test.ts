import { createHash, randomUUID } from 'node:crypto'
import { findTestRedis } from '@billfold/test-databases'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { describe, expect, test } from 'vitest'
import { runScript, type Script } from './redis-client.ts'

const redis = await findTestRedis()

/** A script that no server has seen. */
function newScript(): Script {
  const source = `return { KEYS[1], ARGV[1] } -- ${randomUUID()}`
  return { source, digest: createHash('sha1').update(source).digest('hex') }
}

describe.skipIf(redis === undefined)('a script that the server does not know', () => {
  test('runs from its source once, and by its digest afterwards, with redis', async () => {
    const client = createClient({ url: redis?.url ?? '' })
    await client.connect()
    const script = newScript()
    await expect(client.evalSha(script.digest, { keys: ['k'], arguments: [] })).rejects.toThrow('NOSCRIPT')
    expect(await runScript(client, script, 'k', ['a'])).toEqual(['k', 'a'])
    expect(await client.evalSha(script.digest, { keys: ['k'], arguments: ['b'] })).toEqual(['k', 'b'])
    client.destroy()
  })

  test('runs from its source once, and by its digest afterwards, with ioredis', async () => {
    const client = new Redis(redis?.url ?? '')
    const script = newScript()
    await expect(client.evalsha(script.digest, 1, 'k')).rejects.toThrow('NOSCRIPT')
    expect(await runScript(client, script, 'k', ['a'])).toEqual(['k', 'a'])
    expect(await client.evalsha(script.digest, 1, 'k', 'b')).toEqual(['k', 'b'])
    client.disconnect()
  })
})
