import { describe, expect, test } from 'vitest'
import { createServiceKey } from '../../service-keys/keys.ts'
import { describeServiceKeys } from '../../service-keys/list.ts'
import { memoryStorage, type Storage } from '../../storage/index.ts'
import { authenticationCaller } from '../../test-fixtures/authentication-caller.ts'
import { testServices } from '../../test-fixtures/services.ts'

/** A storage whose commits fail, before or after they are applied, when the test says so. */
function failing(): { readonly storage: Storage; readonly next: ('before' | 'after' | 'ok')[] } {
  const memory = memoryStorage()
  const next: ('before' | 'after' | 'ok')[] = []
  const commit: Storage['commit'] = async (batch) => {
    const fate = next.shift() ?? 'ok'
    if (fate === 'before') throw new Error('the process died before the commit')
    await memory.commit(batch)
    if (fate === 'after') throw new Error('the process died after the commit')
  }
  return { storage: { ...memory, commit }, next }
}

describe('a process that dies while it replaces a service key', () => {
  // The commits of the call: the request id is taken, the key is replaced and the answer kept, the answer is kept again.
  test.each([
    ['before it has taken the request id', ['before'], 500, 200],
    ['right after that', ['after'], 500, 401],
    ['before it has replaced the key', ['ok', 'before'], 500, 200],
    ['right after that', ['ok', 'after'], 500, 200],
    ['when all is done but the answer', ['ok', 'ok', 'before'], 200, 200],
  ] as const)('%s (%j)', async (_, fates, first, again) => {
    const { storage, next } = failing()
    const services = testServices(storage)
    const call = await authenticationCaller(services)
    const { keyId } = await createServiceKey(services, { tenant: 'default', id: 'host' }, { tag: 't', scopes: ['*'] })
    const uuid = crypto.randomUUID()
    next.push(...fates)
    const reset = () => call('resetServiceKey', { params: { keyId }, uuid })
    expect((await reset()).status).toBe(first)
    const answer = await reset()
    expect(answer.status).toBe(again)
    const keys = await describeServiceKeys(services, 'default')
    expect(keys).toHaveLength(1)
    if (again === 200) expect(answer.opened).toMatchObject([{ keyId: keys[0]?.keyId }])
    else expect(keys[0]?.keyId).toBe(keyId)
  })
})
