import { createHmac, randomBytes } from 'node:crypto'
import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBillfoldError } from '../errors.ts'
import type { Cost } from './cost.ts'
import { slowHash } from './slow-hash.ts'

const cost: Cost = { logN: 4, r: 8, p: 1 }
const pepper = randomBytes(32)
const salt = randomBytes(16)
const slow = slowHash({ cost })
const inputs = { pepper, salt, cost }
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('deriving from a secret', () => {
  test('is scrypt over HMAC-SHA256(pepper, secret), as another implementation has it', async () => {
    const costs = fc.record({
      logN: fc.integer({ min: 1, max: 6 }),
      r: fc.integer({ min: 1, max: 8 }),
      p: fc.integer({ min: 1, max: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), costs, async (secret, { logN, r, p }) => {
        const peppered = createHmac('sha256', pepper).update(secret).digest()
        const expected = nobleScrypt(peppered, salt, { N: 2 ** logN, r, p, dkLen: 32 })
        expect(hex(await slow.derive(secret, { pepper, salt, cost: { logN, r, p } }))).toBe(hex(expected))
      }),
      { numRuns: 30 },
    )
  })

  test('gives another key for another secret, pepper, salt or cost', async () => {
    const keys = await Promise.all([
      slow.derive('1234', inputs),
      slow.derive('1235', inputs),
      slow.derive('1234', { ...inputs, pepper: randomBytes(32) }),
      slow.derive('1234', { ...inputs, salt: randomBytes(16) }),
      slow.derive('1234', { ...inputs, cost: { ...cost, logN: 5 } }),
    ])
    expect(new Set(keys.map(hex)).size).toBe(5)
  })

  test('takes the forms of one text for the same: composed or not, wide or not', async () => {
    const composed = hex(await slow.derive('caf\u00e9 1', inputs))
    expect(hex(await slow.derive('cafe\u0301 1', inputs))).toBe(composed)
    expect(hex(await slow.derive('\uff43\uff41\uff46\u00e9 \uff11', inputs))).toBe(composed)
    expect(hex(await slow.derive(Buffer.from('caf\u00e9 1'), inputs))).toBe(composed)
  })

  test.each([
    ['1,025 bytes', 'a'.repeat(1025)],
    ['1,025 bytes, given as bytes', randomBytes(1025)],
    ['fewer characters that are more bytes', '\u00e9'.repeat(513)],
    ['fewer characters that grow when normalised', '\ufdfa'.repeat(60)],
    ['a lone surrogate', 'a\ud800'],
  ])('refuses %s before any work', async (_, secret) => {
    await expect(slow.derive(secret, inputs)).rejects.toMatchObject({ code: 'input.invalid' })
  })

  test('takes 1,024 bytes, and none', async () => {
    expect(await slow.derive('a'.repeat(1024), inputs)).toHaveLength(32)
    expect(await slow.derive('', inputs)).toHaveLength(32)
  })

  test('refuses a cost beyond the limits, a short pepper and a short salt', async () => {
    await expect(slow.derive('x', { ...inputs, cost: { logN: 20, r: 32, p: 1 } })).rejects.toThrow(RangeError)
    await expect(slow.derive('x', { ...inputs, pepper: randomBytes(16) })).rejects.toThrow(RangeError)
    await expect(slow.derive('x', { ...inputs, salt: randomBytes(8) })).rejects.toThrow(RangeError)
    expect(() => slowHash({ cost: { logN: 0, r: 8, p: 1 } })).toThrow(RangeError)
  })

  test('leaves the event loop free', async () => {
    let ticks = 0
    const ticking = setInterval(() => ticks++, 1)
    await slow.derive('x', { ...inputs, cost: { logN: 15, r: 8, p: 1 } })
    clearInterval(ticking)
    expect(ticks).toBeGreaterThan(5)
  })

  test('takes the largest cost there is', async () => {
    expect(await slow.derive('x', { ...inputs, cost: { logN: 12, r: 32, p: 32 } })).toHaveLength(32)
  })
})

describe('turns of the slow hash', () => {
  test('hold what must happen before the hash together with it', async () => {
    const one = slowHash({ cost, concurrency: 1 })
    const events: string[] = []
    const attempt = (name: string): Promise<void> =>
      one.turn('source', async () => {
        events.push(`${name} counted`)
        await one.deriveNow('1234', inputs)
        events.push(`${name} hashed`)
      })
    await Promise.all([attempt('a'), attempt('b')])
    expect(events).toEqual(['a counted', 'a hashed', 'b counted', 'b hashed'])
  })

  test('bound a flood: what is past the limits is refused, the rest is hashed', async () => {
    const small = slowHash({ cost, concurrency: 2, queue: 4, perSource: 3 })
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

  test('hash even what beforeHash forbids, and then refuse it', async () => {
    const events: string[] = []
    const refused = slow.derive('x', {
      ...inputs,
      beforeHash: async () => {
        events.push('counted')
        return false
      },
    })
    await expect(refused).rejects.toMatchObject({ code: 'caller.forbidden' })
    const allowed = { ...inputs, beforeHash: async () => true }
    expect(hex(await slow.derive('x', allowed))).toBe(hex(await slow.derive('x', inputs)))
    expect(events).toEqual(['counted'])
  })
})

describe('a hash to be kept', () => {
  const pepperOf = async (): Promise<Uint8Array> => pepper

  test('is a PHC string that its own secret alone verifies', async () => {
    const phc = await slow.hash('1234', { pepper, keyId: '2026a' })
    expect(phc).toMatch(/^\$scrypt\$ln=4,r=8,p=1,keyid=MjAyNmE\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(await slow.verify('1234', phc, { pepperOf })).toEqual({ ok: true, outdated: false })
    expect(await slow.verify('1235', phc, { pepperOf })).toEqual({ ok: false, outdated: false })
    expect(await slow.hash('1234', { pepper, keyId: '2026a' })).not.toBe(phc)
  })

  test('asks for the pepper of the key that it names', async () => {
    const phc = await slow.hash('1234', { pepper, keyId: '2026a' })
    const asked: string[] = []
    const remember = async (keyId: string): Promise<Uint8Array> => {
      asked.push(keyId)
      return randomBytes(32)
    }
    expect(await slow.verify('1234', phc, { pepperOf: remember })).toEqual({ ok: false, outdated: false })
    expect(asked).toEqual(['2026a'])
  })

  test('is outdated when it is right but of another cost or key', async () => {
    const phc = await slow.hash('1234', { pepper, keyId: '2026a' })
    const dearer = slowHash({ cost: { ...cost, logN: 5 } })
    expect(await dearer.verify('1234', phc, { pepperOf })).toEqual({ ok: true, outdated: true })
    expect(await dearer.verify('1235', phc, { pepperOf })).toEqual({ ok: false, outdated: false })
    expect(await slow.verify('1234', phc, { pepperOf, currentKeyId: '2026b' })).toEqual({ ok: true, outdated: true })
    expect(await slow.verify('1234', phc, { pepperOf, currentKeyId: '2026a' })).toEqual({ ok: true, outdated: false })
  })

  test('is refused, before any work, when it is none', async () => {
    const never = async (): Promise<Uint8Array> => {
      throw new Error('must not be asked')
    }
    await expect(slow.verify('1234', 'plain', { pepperOf: never })).rejects.toMatchObject({ code: 'sealed.invalid' })
  })

  test('keeps nothing of its secret in an error', async () => {
    const secret = 'secret'.repeat(200)
    const error: unknown = await slow.hash(secret, { pepper, keyId: 'a' }).catch((reason: unknown) => reason)
    expect(String(error)).toContain('not valid')
    expect(String(error)).not.toContain('secretsecret')
  })
})
