import { createBillfold, createPasswordHasher, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { basicAuthorization } from '../basic-authorization.ts'
import { callCustody, type CustodyReply } from '../custody/custody-host.ts'
import { inMemoryDriver } from '../in-memory-driver.ts'

const pin = '583920'
const newPin = '174650'
const minute = 60_000

describe('a repeat under an Idempotency-Key whose reply carries a secret', () => {
  let now: number
  let billfold: ReturnType<typeof host>
  let ask: (method: string, path: string, json?: unknown, headers?: Record<string, string>) => Promise<CustodyReply>
  let userId: string
  let pinId: string
  let walletId: string
  let code: CustodyReply['result']

  const host = () =>
    createBillfold({
      storage: memoryStorage(),
      now: () => now,
      keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
      passwordHasher: createPasswordHasher({
        cost: { logN: 4, r: 1, p: 1 },
        queue: 1000,
        perSource: 1000,
        maxWaitSeconds: 600,
      }),
    })
  const keyed = (key: string, value = pin) => ({
    'idempotency-key': key.padEnd(20, '-'),
    'signing-method': `${pinId}:${value}`,
  })
  const addCode = (value = pin) =>
    ask('POST', `/api/users/${userId}/signing-methods`, { type: 'EMERGENCY_CODE' }, keyed('code', value))
  const sign = (value = pin) =>
    ask(
      'POST',
      '/api/signatures',
      { signatureRequest: { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data: 'hello' } },
      keyed('signature', value),
    )
  const repeats = async () =>
    (await billfold.audit.search({ action: 'request.secret-repeated' })).records.map(({ detail }) => detail)
  const withheld = { status: 409, codes: ['idempotency-key.reply-withheld'] }

  beforeEach(async () => {
    now = Date.now()
    billfold = host()
    const key = await billfold.serviceKeys.create({ tag: 'repeats', scopes: ['custody'] })
    const driver = inMemoryDriver(billfold.custody)
    const service = basicAuthorization(key.keyId, key.keySecret)
    ask = (method, path, json, headers = {}) => callCustody(driver, service, method, path, json, headers)
    const { result: user } = await ask('POST', '/api/users', { signingMethod: { type: 'PIN', value: pin } })
    userId = user.id
    pinId = user.signingMethods[0].id
    walletId = (await ask('POST', '/api/wallets', { secretType: 'ETHEREUM', userId, pincode: pin })).result.id
    code = (await addCode()).result
    expect((await sign()).status).toBe(200)
  })

  test('gets the same code and signature with the same PIN, and each time an audit record', async () => {
    expect((await addCode()).result).toEqual(code)
    expect(await sign()).toEqual(await sign())
    expect(await repeats()).toEqual([{ outcome: 'given' }, { outcome: 'given' }, { outcome: 'given' }])
  })

  test('gets nothing with another PIN, and nothing with the right one after ten wrong ones', async () => {
    const guesses = Array.from({ length: 40 }, (_, index) => String(100_000 + index))
    const replies = await Promise.all(guesses.map((guess) => addCode(guess)))
    expect(replies).toEqual(guesses.map(() => expect.objectContaining(withheld)))
    expect(await addCode()).toMatchObject(withheld)
    expect(await repeats()).toEqual(Array.from({ length: 10 }, () => ({ outcome: 'withheld' })))
    expect((await sign()).status).toBe(200)
  })

  test('gets nothing once the PIN was replaced, neither with the old PIN nor with the new one', async () => {
    const { result: second } = await ask(
      'POST',
      `/api/users/${userId}/signing-methods`,
      { type: 'PASSWORD', value: 'correct horse battery staple' },
      { 'signing-method': `${pinId}:${pin}` },
    )
    const path = `/api/users/${userId}/signing-methods/${pinId}`
    const byPassword = { 'signing-method': `${second.id}:correct horse battery staple` }
    expect((await ask('PUT', path, { value: newPin }, byPassword)).status).toBe(200)
    for (const value of [pin, newPin]) {
      expect(await sign(value)).toMatchObject(withheld)
      expect(await addCode(value)).toMatchObject(withheld)
    }
  })

  test('gets no code once the code was used', async () => {
    const byCode = { 'signing-method': `${code.id}:${code.value}` }
    expect((await ask('PUT', `/api/users/${userId}/signing-methods/${pinId}`, { value: newPin }, byCode)).status).toBe(
      200,
    )
    expect(await addCode()).toMatchObject(withheld)
  })

  test('gets no signature once the wallet was archived', async () => {
    const byPin = { 'signing-method': `${pinId}:${pin}` }
    expect((await ask('PATCH', `/api/wallets/${walletId}`, { archived: true }, byPin)).status).toBe(200)
    expect(await sign()).toMatchObject(withheld)
  })

  test('gets nothing once the user was archived', async () => {
    expect(
      (await ask('DELETE', `/api/users/${userId}`, undefined, { 'signing-method': `${pinId}:${pin}` })).status,
    ).toBe(200)
    expect([await sign(), await addCode()]).toMatchObject([withheld, withheld])
  })

  test('gets nothing once the user was erased', async () => {
    await billfold.users.erase(userId)
    expect([await sign(), await addCode()]).toMatchObject([withheld, withheld])
  })

  test('gets nothing after ten minutes, before and after maintenance, and is not executed again', async () => {
    now += 10 * minute - 1
    expect((await addCode()).result).toEqual(code)
    now += 1
    expect(await addCode()).toMatchObject(withheld)
    await billfold.maintain()
    expect(await addCode()).toMatchObject(withheld)
    const { result } = await ask('GET', `/api/users/${userId}`)
    expect(result.signingMethods).toHaveLength(2)
  })
})
