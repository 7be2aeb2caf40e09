import { createHmac, randomBytes } from 'node:crypto'
import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { isBillfoldError } from '../errors.ts'
import type { ScryptCost } from './scrypt-cost.ts'
import type { Requester } from '../concurrency/semaphore.ts'
import { createPasswordHasher, defaultHasherLimits, type HashSlot, type PasswordHasher } from './password-hasher.ts'

const cost: ScryptCost = { logN: 4, r: 8, p: 1 }
const pepper = randomBytes(32)
const salt = randomBytes(16)
const hasher = createPasswordHasher({ cost })
const inputs = { pepper, salt, cost }
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('PasswordHasher.derive', () => {
  test('matches scrypt over HMAC-SHA256(pepper, secret) of another implementation', async () => {
    const costs = fc.record({
      logN: fc.integer({ min: 1, max: 6 }),
      r: fc.integer({ min: 1, max: 8 }),
      p: fc.integer({ min: 1, max: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), costs, async (secret, { logN, r, p }) => {
        const peppered = createHmac('sha256', pepper).update(secret).digest()
        const expected = nobleScrypt(peppered, salt, { N: 2 ** logN, r, p, dkLen: 32 })
        expect(hex(await hasher.derive(secret, { pepper, salt, cost: { logN, r, p } }))).toBe(hex(expected))
      }),
      { numRuns: 30 },
    )
  })

  test('returns another key for another secret, pepper, salt or cost', async () => {
    const keys = await Promise.all([
      hasher.derive('1234', inputs),
      hasher.derive('1235', inputs),
      hasher.derive('1234', { ...inputs, pepper: randomBytes(32) }),
      hasher.derive('1234', { ...inputs, salt: randomBytes(16) }),
      hasher.derive('1234', { ...inputs, cost: { ...cost, logN: 5 } }),
    ])
    expect(new Set(keys.map(hex)).size).toBe(5)
  })

  test('returns the same key for all compositions and spaces of a text, and another one for other letters (RFC 8265)', async () => {
    const composed = hex(await hasher.derive('caf\u00e9 1', inputs))
    for (const same of ['cafe\u0301 1', 'caf\u00e9\u00a01', 'caf\u00e9\u30001'])
      expect(hex(await hasher.derive(same, inputs))).toBe(composed)
    // Compatibility forms are other letters: wildfly-elytron#2497 (CVE-2026-19611).
    for (const other of ['\uff43\uff41\uff46\u00e9 1', 'caf\u00e9 \u00b9', 'Caf\u00e9 1'])
      expect(hex(await hasher.derive(other, inputs))).not.toBe(composed)
    expect(hex(await hasher.derive(Buffer.from('caf\u00e9 1'), inputs))).toBe(composed)
  })

  test.each([
    ['1,025 bytes', 'a'.repeat(1025)],
    ['1,025 bytes in a buffer', randomBytes(1025)],
    ['513 characters of two bytes', '\u00e9'.repeat(513)],
    ['200 characters that normalization expands', '\u0958'.repeat(200)],
    ['a lone surrogate', 'a\ud800'],
  ])('rejects %s before hashing', async (_, secret) => {
    await expect(hasher.derive(secret, inputs)).rejects.toMatchObject({ code: 'input.invalid' })
  })

  test('accepts 1,024 bytes and an empty secret', async () => {
    expect(await hasher.derive('a'.repeat(1024), inputs)).toHaveLength(32)
    expect(await hasher.derive('', inputs)).toHaveLength(32)
  })

  test('rejects a cost out of range, a short pepper and a short salt', async () => {
    await expect(hasher.derive('x', { ...inputs, cost: { logN: 20, r: 32, p: 1 } })).rejects.toThrow(RangeError)
    await expect(hasher.derive('x', { ...inputs, pepper: randomBytes(16) })).rejects.toThrow(RangeError)
    await expect(hasher.derive('x', { ...inputs, salt: randomBytes(8) })).rejects.toThrow(RangeError)
    expect(() => createPasswordHasher({ cost: { logN: 0, r: 8, p: 1 } })).toThrow(RangeError)
  })

  test('does not block the event loop', async () => {
    let ticks = 0
    const ticking = setInterval(() => ticks++, 1)
    await hasher.derive('x', { ...inputs, cost: { logN: 15, r: 8, p: 1 } })
    clearInterval(ticking)
    expect(ticks).toBeGreaterThan(5)
  })

  test('accepts the maximum cost', async () => {
    expect(await hasher.derive('x', { ...inputs, cost: { logN: 12, r: 32, p: 32 } })).toHaveLength(32)
  })
})

describe('PasswordHasher.withSlot', () => {
  test('runs a job and its hash in the same slot', async () => {
    const one = createPasswordHasher({ cost, concurrency: 1 })
    const events: string[] = []
    const attempt = (name: string): Promise<void> =>
      one.withSlot({ source: 'source' }, async (slot) => {
        events.push(`${name} counted`)
        expectTypeOf(slot).toEqualTypeOf<Parameters<PasswordHasher['deriveUnqueued']>[0]>()
        expectTypeOf<object>().not.toExtend<HashSlot>()
        await one.deriveUnqueued(slot, '1234', inputs)
        events.push(`${name} hashed`)
      })
    await Promise.all([attempt('a'), attempt('b')])
    expect(events).toEqual(['a counted', 'a hashed', 'b counted', 'b hashed'])
  })

  test('rejects a hash in a slot whose job has ended, and in a slot of another hasher', async () => {
    const ended = await hasher.withSlot({ source: 'source' }, (slot) => Promise.resolve(slot))
    await expect(hasher.deriveUnqueued(ended, '1234', inputs)).rejects.toThrow(RangeError)
    const other = createPasswordHasher({ cost })
    await other.withSlot({ source: 'source' }, async (slot) => {
      await expect(hasher.deriveUnqueued(slot, '1234', inputs)).rejects.toThrow(RangeError)
    })
  })

  test('rejects requests beyond the queue limits and hashes the others', async () => {
    const small = createPasswordHasher({ cost, concurrency: 2, queue: 4, perSource: 3 })
    const from = (source: string, times: number): Promise<string>[] =>
      Array.from({ length: times }, () =>
        small.derive('x', { ...inputs, source }).then(
          () => 'ok',
          (error: unknown) => (isBillfoldError(error, 'server.busy') ? 'busy' : 'other'),
        ),
      )
    const results = await Promise.all([...from('flood', 20), ...from('other', 5)])
    expect(results.slice(0, 20).filter((result) => result === 'ok')).toHaveLength(3)
    expect(results.slice(20).filter((result) => result === 'ok')).toHaveLength(3)
    expect(new Set(results)).toEqual(new Set(['ok', 'busy']))
  })

  test('lets as many hashes wait by default as its documentation says', async () => {
    const defaults = createPasswordHasher({ cost })
    let end = (): void => {}
    const ended = new Promise<void>((resolve) => (end = resolve))
    const count = async (jobs: number, requester: (index: number) => Requester): Promise<number> => {
      let accepted = 0
      for (let index = 0; index < jobs; index++) {
        let isRejected = false
        void defaults.withSlot(requester(index), () => ended).catch(() => (isRejected = true))
        await Promise.resolve().then(() => undefined)
        if (!isRejected) accepted++
      }
      return accepted
    }
    expect(await count(200, () => ({ source: 'a' }))).toBe(defaultHasherLimits.perSource)
    expect(await count(200, () => ({ source: 'a', isAnonymous: true }))).toBe(defaultHasherLimits.perAnonymousSource)
    expect(defaultHasherLimits).toMatchObject({ concurrency: 2, queue: 256, perSource: 128, perAnonymousSource: 8 })
    end()
  })

  test('hashes although beforeHash returns false, then rejects', async () => {
    const events: string[] = []
    const rejected = hasher.derive('x', {
      ...inputs,
      beforeHash: async () => {
        events.push('counted')
        return false
      },
    })
    await expect(rejected).rejects.toMatchObject({ code: 'caller.forbidden' })
    const allowed = { ...inputs, beforeHash: async () => true }
    expect(hex(await hasher.derive('x', allowed))).toBe(hex(await hasher.derive('x', inputs)))
    expect(events).toEqual(['counted'])
  })
})

describe('PasswordHasher.hash and verify', () => {
  const getPepper = async (): Promise<Uint8Array> => pepper

  test('returns a PHC string that verifies only with the same secret', async () => {
    const phc = await hasher.hash('1234', { pepper, keyId: '2026a' })
    expect(phc).toMatch(/^\$scrypt\$ln=4,r=8,p=1,keyid=MjAyNmE\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(await hasher.verify('1234', phc, { getPepper })).toEqual({ ok: true, outdated: false })
    expect(await hasher.verify('1235', phc, { getPepper })).toEqual({ ok: false, outdated: false })
    expect(await hasher.hash('1234', { pepper, keyId: '2026a' })).not.toBe(phc)
  })

  test('requests the pepper of the key named in the PHC string', async () => {
    const phc = await hasher.hash('1234', { pepper, keyId: '2026a' })
    const keyIds: string[] = []
    const remember = async (keyId: string): Promise<Uint8Array> => {
      keyIds.push(keyId)
      return randomBytes(32)
    }
    expect(await hasher.verify('1234', phc, { getPepper: remember })).toEqual({ ok: false, outdated: false })
    expect(keyIds).toEqual(['2026a'])
  })

  test('reports a correct secret as outdated when its cost or key is not current', async () => {
    const phc = await hasher.hash('1234', { pepper, keyId: '2026a' })
    const costlier = createPasswordHasher({ cost: { ...cost, logN: 5 } })
    expect(await costlier.verify('1234', phc, { getPepper })).toEqual({ ok: true, outdated: true })
    expect(await costlier.verify('1235', phc, { getPepper })).toEqual({ ok: false, outdated: false })
    expect(await hasher.verify('1234', phc, { getPepper, currentKeyId: '2026b' })).toEqual({ ok: true, outdated: true })
    expect(await hasher.verify('1234', phc, { getPepper, currentKeyId: '2026a' })).toEqual({
      ok: true,
      outdated: false,
    })
  })

  test('rejects a malformed PHC string before hashing', async () => {
    const never = async (): Promise<Uint8Array> => {
      throw new Error('must not be called')
    }
    await expect(hasher.verify('1234', 'plain', { getPepper: never })).rejects.toMatchObject({ code: 'sealed.invalid' })
  })

  test('does not expose the secret in an error', async () => {
    const secret = 'secret'.repeat(200)
    const error: unknown = await hasher.hash(secret, { pepper, keyId: 'a' }).catch((reason: unknown) => reason)
    expect(String(error)).toContain('Invalid request')
    expect(String(error)).not.toContain('secretsecret')
  })
})
