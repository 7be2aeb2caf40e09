import { describe, expect, test } from 'vitest'
import { createServiceKey } from '../../../identity/service-keys/service-keys.ts'
import { listServiceKeyInfo } from '../../../identity/service-keys/list-service-keys.ts'
import { memoryStorage, type Storage } from '../../../kernel/storage/index.ts'
import { authenticationCaller } from '../../../test-fixtures/authentication-caller.ts'
import { testServices } from '../../../test-fixtures/services.ts'

/** Creates a storage whose next commits succeed, or fail before or after they are applied. */
function failingStorage(): { readonly storage: Storage; readonly next: ('before' | 'after' | 'ok')[] } {
  const memory = memoryStorage()
  const next: ('before' | 'after' | 'ok')[] = []
  const commit: Storage['commit'] = async (batch) => {
    const outcome = next.shift() ?? 'ok'
    if (outcome === 'before') throw new Error('the process died before the commit')
    await memory.commit(batch)
    if (outcome === 'after') throw new Error('the process died after the commit')
  }
  return { storage: { ...memory, commit }, next }
}

describe('withReplayProtection, when the process dies while replacing a service key', () => {
  // The commits of the call: claim the request id, replace the key and store the reply.
  test.each([
    ['before claiming the request id', ['before'], 500, 200],
    ['after claiming the request id', ['after'], 500, 401],
    ['before replacing the key', ['ok', 'before'], 500, 200],
    ['after replacing the key', ['ok', 'after'], 500, 200],
  ] as const)('%s (%j): returns %i, and %i when repeated', async (_, outcomes, first, again) => {
    const { storage, next } = failingStorage()
    const services = testServices(storage)
    // A process creates or reads the secret of the blind index once, before the calls below.
    await services.blindIndex.hash('warm-up', 'default', '')
    const call = await authenticationCaller(services)
    const { keyId } = await createServiceKey(services, { tenant: 'default', id: 'host' }, { tag: 't', scopes: ['*'] })
    const uuid = crypto.randomUUID()
    next.push(...outcomes)
    const reset = () => call('resetServiceKey', { params: { keyId }, uuid })
    expect((await reset()).status).toBe(first)
    const repeated = await reset()
    expect(repeated.status).toBe(again)
    const keys = await listServiceKeyInfo(services, 'default')
    expect(keys).toHaveLength(1)
    if (again === 200) expect(repeated.decrypted).toMatchObject([{ keyId: keys[0]?.keyId }])
    else expect(keys[0]?.keyId).toBe(keyId)
  })

  test('makes no commit after the one that replaces the key and stores the reply', async () => {
    const { storage, next } = failingStorage()
    const services = testServices(storage)
    // A process creates or reads the secret of the blind index once, before the calls below.
    await services.blindIndex.hash('warm-up', 'default', '')
    const call = await authenticationCaller(services)
    const { keyId } = await createServiceKey(services, { tenant: 'default', id: 'host' }, { tag: 't', scopes: ['*'] })
    next.push('ok', 'ok', 'before')
    expect((await call('resetServiceKey', { params: { keyId } })).status).toBe(200)
    expect(next).toEqual(['before'])
  })
})
