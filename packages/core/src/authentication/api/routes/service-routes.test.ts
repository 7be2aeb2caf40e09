import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createClientSecureChannel, generateClientKeyPair } from '../../../client/index.ts'
import type { Logger } from '../../../kernel/logger.ts'
import { createServiceKey } from '../../../identity/service-keys/service-keys.ts'
import { memoryStorage } from '../../../kernel/storage/index.ts'
import { authenticationCaller } from '../../../test-fixtures/authentication-caller.ts'
import { testServices } from '../../../test-fixtures/services.ts'

describe('GET /healthz', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('returns 503 in the same shape while storage is unavailable, and 200 afterwards', async () => {
    const storage = memoryStorage()
    let down = false
    const find: typeof storage.find = (table, query) =>
      down ? Promise.reject(new Error('down')) : storage.find(table, query)
    const call = await authenticationCaller(testServices({ ...storage, find }))
    down = true
    expect(await call('getHealth')).toMatchObject({
      status: 503,
      body: { status: 'storage unavailable', publicKey: '', code: '503', version: 'unknown.0' },
    })
    down = false
    expect(await call('getHealth')).toMatchObject({ status: 200, body: { code: '200' } })
  })

  test('returns 503 when storage hangs for five seconds', async () => {
    const storage = memoryStorage()
    let hangs = false
    const find: typeof storage.find = (table, query) => (hangs ? new Promise(() => {}) : storage.find(table, query))
    const call = await authenticationCaller(testServices({ ...storage, find }))
    hangs = true
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const answer = call('getHealth')
    while (vi.getTimerCount() === 0) await nextTurn()
    await vi.advanceTimersByTimeAsync(5000)
    expect((await answer).status).toBe(503)
  })
})

describe('POST /ecdsa_helper', () => {
  const lines: string[] = []
  const write = (...parts: unknown[]): void => void lines.push(JSON.stringify(parts))
  const logger: Logger = { info: write, warn: write, error: write }

  test.each(['secp256k1', 'prime256v1'] as const)(
    'encrypts and decrypts on %s compatibly with the client, and logs no private key',
    async (curve) => {
      const call = await authenticationCaller({ ...testServices(), logger }, { options: { ecdsaHelper: true, curve } })
      const [mine, theirs] = [generateClientKeyPair(curve), generateClientKeyPair(curve)]
      const keys = { publicKey: theirs.publicKey, privateKey: mine.privateKey }
      const ask = (method: string, plain: object) => call('ecdsaHelperMethod', { params: { method }, plain })
      const { status, body } = await call('ecdsaHelper', { plain: { ...keys, dataStr: 'a text' } })
      expect(status).toBe(200)
      expect(await (await createClientSecureChannel(theirs, mine.publicKey)).decrypt(body)).toBe('a text')
      expect(await ask('decrypt', { ...keys, data: body })).toMatchObject({ status: 200, body: 'a text' })
      expect((await ask('encrypt', { ...keys, data: '' })).status).toBe(200)
      expect((await ask('fold', { ...keys, data: 'a' })).status).toBe(404)
      for (const wrong of [{}, { data: 'a', publicKey: 'x' }, { data: 'a', privateKey: 'x' }, { data: 'QUJD' }])
        expect((await ask('decrypt', { ...keys, ...wrong })).status).toBe(400)
      expect(lines.join()).not.toContain(mine.privateKey)
    },
  )
})

describe('GET /servicekeys', () => {
  test('returns the plain array if plainServiceKeys is set', async () => {
    const services = testServices()
    const key = await createServiceKey(services, { tenant: 'default', id: 'host' }, { tag: 't', scopes: ['*'] })
    const call = await authenticationCaller(services, { options: { plainServiceKeys: true } })
    const { body } = await call('listServiceKeys')
    expect(body).toEqual([{ tag: 't', ...key, type: 'service', debug: false }])
    expect((await call('resetServiceKey', { params: { keyId: key.keyId } })).body).toMatchObject([{ tag: 't' }])
  })
})

describe('multiple tenants', () => {
  test('have separate system keys, and reject licences of other tenants', async () => {
    const services = testServices()
    const resolveTenant = ({ headers }: { headers: Readonly<Record<string, unknown>> }) =>
      String(headers['host'] ?? 'default')
    const call = await authenticationCaller(services, { options: { resolveTenant } })
    const key = async (host: string) => (await call('getPublicKey', { headers: { host } })).body.publicKey
    expect(await key('one')).toBe(await key('one'))
    expect(await key('one')).not.toBe(await key('two'))
    expect((await call('listServiceKeys')).status).toBe(200)
    expect((await call('listServiceKeys', { headers: { host: 'one' } })).status).toBe(400)
  })
})
