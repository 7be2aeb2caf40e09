import { Readable } from 'node:stream'
import { beforeEach, describe, expect, test } from 'vitest'
import type { BodyGuard, Guard, IncomingRequest } from '../../http/index.ts'
import type { Services } from '../../platform/services.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { resolvePaymentSettings } from '../settings.ts'
import { logIn } from '../users/log-in.ts'
import { registerPaymentUser } from '../users/register.ts'
import { apiKeyGuard, apiKeyHeaderGuard } from './api-key-guard.ts'

const tenant = 't'
const actor = { tenant, id: 'test', source: '192.0.2.1' }
const cipher = { encrypt: reverse, decrypt: reverse }

/** An encryption of fields that can be seen through. */
function reverse(_tenant: string, _callerKey: string, text: string): Promise<string> {
  return Promise.resolve([...text].toReversed().join(''))
}

/** A request whose body must not be read. */
function requestWith(headers: IncomingRequest['headers']): IncomingRequest {
  const stream = new Readable({
    read: () => {
      throw new Error('the body was read')
    },
  })
  return {
    method: 'POST',
    path: '/',
    mount: '',
    params: {},
    query: '',
    headers,
    ip: '192.0.2.1',
    body: { kind: 'stream', stream },
    signal: new AbortController().signal,
  }
}

describe('an API key', () => {
  let services: Services
  let inHeader: Guard
  let inHeaderOrBody: BodyGuard
  let userId: string
  let key: string
  let other: string

  beforeEach(async () => {
    services = testServices()
    inHeader = apiKeyHeaderGuard({ services, tenant, cipher })
    inHeaderOrBody = apiKeyGuard({ services, tenant, cipher })
    const contacts = { email: 'ada@example.org', phone: '+15550001', username: 'ada' }
    const profile = { firstName: 'A', lastName: 'B', address: '', dob: '1990-01-01' }
    const password = 'correct horse battery'
    ;({ userId } = await registerPaymentUser(services, actor, { ...contacts, ...profile, password }))
    const payments = { services, settings: resolvePaymentSettings() }
    const login = { email: contacts.email, password, appid: '1', encrypted: false }
    ;({ apiKey: key } = await logIn(payments, actor, { ...login, imei: 'one' }))
    ;({ apiKey: other } = await logIn(payments, actor, { ...login, imei: 'two', encrypted: true }))
  })

  /** Admits a request as the pipeline does. */
  async function admit(headers: IncomingRequest['headers'], body: unknown = {}) {
    const request = requestWith(headers)
    return inHeaderOrBody.admitBody(request, body, await inHeaderOrBody.admit(request))
  }

  test('authenticates its user, in the header or the body, encrypted or plain', async () => {
    const user = { kind: 'user', tenant, id: userId }
    expect(await inHeader.admit(requestWith({ authorization: key }))).toMatchObject(user)
    expect(await admit({ authorization: `Bearer ${key}` })).toMatchObject(user)
    for (const name of ['apikey', 'api_key', 'my_api_key']) expect(await admit({}, { [name]: key })).toMatchObject(user)
    expect(await admit({ authorization: key }, { apikey: key })).toMatchObject(user)
    const encrypted = await reverse('', '', `${key}=`)
    const decrypted = { encrypt: reverse, decrypt: async () => key }
    const guard = apiKeyGuard({ services, tenant, cipher: decrypted })
    const request = requestWith({ publickey: 'mine' })
    expect(await guard.admitBody(request, { apikey: encrypted }, undefined)).toMatchObject(user)
  })

  test('that is wrong in the header is rejected before the body is read', async () => {
    const wrong = requestWith({ authorization: 'x'.repeat(43) })
    expect(await outcomeCode(inHeaderOrBody.admit(wrong))).toBe('caller.unauthenticated')
    expect(await outcomeCode(inHeader.admit(requestWith({})))).toBe('caller.unauthenticated')
  })

  test('that is missing, wrong, not text or different in header and body is rejected', async () => {
    const attempts: readonly [IncomingRequest['headers'], unknown][] = [
      [{}, {}],
      [{}, undefined],
      [{}, 'apikey'],
      [{}, { apikey: '' }],
      [{}, { apikey: 1 }],
      [{}, { apikey: 'x'.repeat(43) }],
      [{}, { apikey: 'x'.repeat(2000) }],
      [{}, { apikey: key, api_key: other }],
      [{ authorization: key }, { apikey: other }],
      [{ authorization: 'Basic a b' }, {}],
      [{ publickey: 'mine' }, { apikey: 'not a key' }],
    ]
    for (const [headers, body] of attempts)
      expect([headers, body, await outcomeCode(admit(headers, body))]).toEqual([
        headers,
        body,
        'caller.unauthenticated',
      ])
  })

  test('of an encrypted login is rejected without field encryption', async () => {
    expect(await outcomeCode(admit({}, { apikey: other }))).toBe('field.encryption-required')
    expect(await admit({ publickey: 'mine' }, { apikey: other })).toMatchObject({ id: userId })
  })
})
