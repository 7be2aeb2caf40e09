import { beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { BillfoldError } from '../../kernel/errors.ts'
import { silentLogger } from '../../kernel/logger.ts'
import { batch, insert, memoryStorage, type Storage } from '../../kernel/storage/index.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import type { Services } from '../services.ts'
import { consumedNonces } from '../replay-protection/consumed-nonces-table.ts'
import { idempotencyTrackingStorage } from './idempotent-request.ts'
import {
  purgeExpiredIdempotencyKeys,
  type IdempotentCall,
  retentionMs,
  executeOnce,
  type IdempotentOutcome,
} from './execute-once.ts'
import { idempotencyKeys } from './table.ts'

const call: IdempotentCall = {
  tenant: 't',
  scope: ['api', 'route', 'caller'],
  key: 'k'.repeat(16),
  fingerprintInput: 'amount 1234',
  actor: { tenant: 't', id: 'caller' },
  operation: 'api.route',
  presentedSecrets: undefined,
}
const reply = { status: 201, headers: { 'content-type': 'text/plain' }, body: 'the codes are 55' }
const done: IdempotentOutcome = { reply, isRejection: false }
const minute = 60_000
/** The default of one second is too short for a loaded machine. */
const hang = { timeout: 2 * minute }

/** A gate that callers await until it is released. */
function createGate(): { readonly released: Promise<unknown>; readonly release: () => void } {
  const gate = new EventTarget()
  const released = new Promise((resolve) => gate.addEventListener('release', resolve))
  return { released, release: () => void gate.dispatchEvent(new Event('release')) }
}

describe('a request with an idempotency key', () => {
  let storage: Storage
  let acting: Storage
  let now: number
  let written: number

  const setup = (over: Storage = storage) => ({
    storage: over,
    blindIndex,
    logger: silentLogger,
    now: () => now,
    replyPreconditions: [],
  })
  let blindIndex = testServices().blindIndex
  const under = (operation: () => Promise<IdempotentOutcome> = write, other: Partial<IdempotentCall> = {}) =>
    executeOnce(setup(), { ...call, ...other }, operation)
  /** An operation that writes one row, as a handler's commit does. */
  const write = async (): Promise<IdempotentOutcome> => {
    await acting.commit(batch(insert(consumedNonces, { id: `row ${written++}`, expiresAt: 1 })))
    return done
  }
  const rows = async (): Promise<number> => (await storage.find(consumedNonces)).length

  beforeEach(() => {
    storage = memoryStorage()
    acting = idempotencyTrackingStorage(storage)
    ;({ blindIndex } = testServices(storage))
    now = 1_000_000
    written = 0
  })

  test('is executed once, and its reply is returned to every repeat for 24 hours', async () => {
    expect(await under()).toBeUndefined()
    expect(await under()).toEqual(reply)
    now += retentionMs - 1
    await purgeExpiredIdempotencyKeys(storage, now)
    expect(await under()).toEqual(reply)
    expect(await rows()).toBe(1)
    now += 1
    expect(await under()).toBeUndefined()
    expect(await rows()).toBe(2)
    await purgeExpiredIdempotencyKeys(storage, now + retentionMs)
    expect(await storage.find(idempotencyKeys)).toEqual([])
  })

  test('is rejected if the request differs, and separate for another caller, route, tenant or key', async () => {
    await under()
    expect(await outcomeCode(under(write, { fingerprintInput: 'amount 1235' }))).toBe('idempotency-key.reused')
    await under(write, { scope: ['api', 'route', 'another caller'] })
    await under(write, { tenant: 'another' })
    await under(write, { key: 'another key of one' })
    expect(await rows()).toBe(4)
  })

  test('compares a body that is read while the request runs', async () => {
    const fingerprinted = (text: string) => ({ fingerprintInput: () => Promise.resolve(text) })
    await under(write, fingerprinted('the parts'))
    expect(await under(write, fingerprinted('the parts'))).toEqual(reply)
    expect(await outcomeCode(under(write, fingerprinted('other parts')))).toBe('idempotency-key.reused')
    expect(await rows()).toBe(1)
  })

  test('is rejected as in progress while the first request is running, even after a write', async () => {
    const gate = createGate()
    const first = under(async () => {
      const outcome = await write()
      await gate.released
      return outcome
    })
    await vi.waitFor(async () => expect(await rows()).toBe(1), hang)
    expect(await outcomeCode(under())).toBe('idempotency-key.in-progress')
    gate.release()
    await first
    expect(await under()).toEqual(reply)
    expect(await rows()).toBe(1)
  })

  test.each<[string, () => Promise<IdempotentOutcome>]>([
    ['was rejected', () => Promise.reject(new BillfoldError('wallet.not-found'))],
    ['replied with a rejection', () => Promise.resolve({ ...done, isRejection: true })],
    ['failed before its first write', () => Promise.reject(new BillfoldError('storage.unavailable'))],
  ])('can be repeated, even with another body, after it %s', async (_, operation) => {
    await outcomeCode(under(operation))
    expect(await under(write, { fingerprintInput: 'amount 9999' })).toBeUndefined()
    expect(await rows()).toBe(1)
  })

  test('can be repeated if it was rejected after recording a failed attempt', async () => {
    const operation = async () => {
      await write()
      throw new BillfoldError('signing-method.invalid')
    }
    expect(await outcomeCode(under(operation))).toBe('signing-method.invalid')
    expect(await under()).toBeUndefined()
  })

  test('cannot be repeated if it failed after a write, since its outcome is unknown', async () => {
    const operation = async () => {
      await write()
      throw new BillfoldError('storage.unavailable')
    }
    expect(await outcomeCode(under(operation))).toBe('storage.unavailable')
    expect(await outcomeCode(under())).toBe('idempotency-key.outcome-unknown')
    expect(await rows()).toBe(1)
  })

  test('cannot be repeated if its reply is too long or not text', async () => {
    await under(async () => ({ ...(await write()), reply: { ...reply, body: 'x'.repeat(300_000) } }))
    expect(await outcomeCode(under())).toBe('idempotency-key.outcome-unknown')
    await under(async () => ({ ...(await write()), reply: undefined }), { key: 'another key of one' })
    expect(await outcomeCode(under(write, { key: 'another key of one' }))).toBe('idempotency-key.outcome-unknown')
    expect(await rows()).toBe(2)
  })

  test('is taken over after a minute if its process crashed before a write, and the first can no longer commit', async () => {
    const gate = createGate()
    const asleep = under(async () => {
      await gate.released
      return write()
    })
    await vi.waitFor(async () => expect(await storage.find(idempotencyKeys)).toHaveLength(1), hang)
    now += minute - 1
    expect(await outcomeCode(under())).toBe('idempotency-key.in-progress')
    now += 1
    expect(await under()).toBeUndefined()
    gate.release()
    expect(await outcomeCode(asleep)).toBe('idempotency-key.in-progress')
    expect(await rows()).toBe(1)
    expect(await under()).toEqual(reply)
  })

  test('cannot be repeated if its process crashed after a write', async () => {
    void under(async () => {
      await write()
      return new Promise<IdempotentOutcome>(() => {})
    })
    await vi.waitFor(async () => expect(await rows()).toBe(1), hang)
    now += minute
    expect(await outcomeCode(under())).toBe('idempotency-key.outcome-unknown')
    expect(await rows()).toBe(1)
  })

  test('returns its reply even if it cannot be stored, and cannot be repeated', async () => {
    const operation = async () => {
      const outcome = await write()
      vi.spyOn(storage, 'commit').mockRejectedValue(new BillfoldError('storage.unavailable'))
      return outcome
    }
    expect(await under(operation)).toBeUndefined()
    vi.restoreAllMocks()
    now += minute
    expect(await outcomeCode(under())).toBe('idempotency-key.outcome-unknown')
    expect(await rows()).toBe(1)
  })

  test('tracks its first commit only, and no commit of other requests', async () => {
    expectTypeOf<Storage>().not.toExtend<Services['storage']>()
    expectTypeOf<Services['storage']>().not.toExtend<Parameters<typeof executeOnce>[0]['storage']>()
    const commits = vi.spyOn(storage, 'commit')
    await under(async () => {
      await write()
      return write()
    })
    await write()
    const sizes = commits.mock.calls
      .map(([{ writes }]) => writes)
      .filter((writes) => writes.some(({ table }) => table === consumedNonces))
      .map((writes) => writes.length)
    expect(sizes).toEqual([2, 1, 1])
  })

  test('can commit a full batch', async () => {
    const full = Array.from({ length: 1000 }, (_, at) => insert(consumedNonces, { id: `full ${at}`, expiresAt: 1 }))
    await under(async () => {
      await acting.commit(batch(...full))
      return done
    })
    expect(await rows()).toBe(1000)
    expect(await under()).toEqual(reply)
  })

  test('is executed once with twenty concurrent calls', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcomeCode(under())))
    expect(await rows()).toBe(1)
    expect(outcomes.filter((outcome) => outcome === 'done' || outcome === 'idempotency-key.in-progress')).toHaveLength(
      20,
    )
    expect(await under()).toEqual(reply)
  })

  test('is rejected as another request, however often it is repeated, and still returns its reply to its own repeats', async () => {
    await under()
    for (let index = 0; index < 10; index++)
      expect(await outcomeCode(under(write, { fingerprintInput: `amount ${index}` }))).toBe('idempotency-key.reused')
    expect(await under()).toEqual(reply)
    expect(await rows()).toBe(1)
  })

  test('is rejected as another request if the reply is unknown or the first request crashed', async () => {
    await under(async () => ({ ...(await write()), reply: undefined }))
    expect(await outcomeCode(under(write, { fingerprintInput: 'amount 0' }))).toBe('idempotency-key.reused')
    const dying = { key: 'another key of one' }
    void under(() => new Promise<IdempotentOutcome>(() => {}), dying)
    await vi.waitFor(async () => expect(await storage.find(idempotencyKeys)).toHaveLength(2), hang)
    now += minute
    expect(await outcomeCode(under(write, { ...dying, fingerprintInput: 'amount 0' }))).toBe('idempotency-key.reused')
    expect(await under(write, dying)).toBeUndefined()
  })

  test('stores neither the key nor the request nor the reply in plain text', async () => {
    await under()
    const [row] = await storage.find(idempotencyKeys)
    const dump = Buffer.from(
      JSON.stringify(row, (_, value: unknown) => (value instanceof Uint8Array ? [...value] : value)),
    )
    const sealed = Buffer.from(row?.reply ?? [])
    for (const secret of [call.key, '1234', 'codes'])
      expect([dump.includes(secret), sealed.includes(secret)]).toEqual([false, false])
    await under(write, { tenant: 'u' })
    const [, other] = await storage.find(idempotencyKeys)
    expect(other?.fingerprint).not.toBe(row?.fingerprint)
  })
})
