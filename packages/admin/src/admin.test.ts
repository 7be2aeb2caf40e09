import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { fetchHandler } from '@billfold/fetch-adapter'
import { Wallet } from 'ethers'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Administrator, adminApi, type AdminOptions } from './index.ts'

const pin = '582914'
const fromPage = { 'x-billfold-admin': '1' }
const change = { ...fromPage, 'content-type': 'application/json' }

const templates = [{ id: 'account', name: 'Account', attributes: [{ id: 'name', schema: { type: 'string' } }] }]

function createHost() {
  const keyring = localKeyring({ keys: { 1: newKey() }, currentKeyId: '1' })
  const billfold = createBillfold({ storage: memoryStorage(), keyring, onboarding: { templates } })
  const admin = adminApi(billfold, {
    authorize: async ({ headers }) => {
      const account = headers['x-staff']
      return typeof account === 'string' ? { id: account, canManageKeys: account === 'root' } : undefined
    },
  })
  const [custody, onboarding, page] = [billfold.custody, billfold.onboarding, admin].map((api) =>
    fetchHandler(api, { clientAddress: () => '127.0.0.1' }),
  )
  const request = async (
    handle: typeof page,
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: unknown,
  ) => {
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const response = await handle?.(new Request(`http://host.example${path}`, init))
    const text = (await response?.text()) ?? ''
    const json: unknown = text.startsWith('{') ? JSON.parse(text) : undefined
    return { status: response?.status, headers: response?.headers, text, json }
  }
  const as = (method: string, path: string, headers: Record<string, string> = {}, body?: unknown) =>
    request(page, method, path, { 'x-staff': 'grace', ...fromPage, ...headers }, body)
  const createUser = async (reference: string): Promise<string> => {
    const key = await billfold.serviceKeys.create({ tag: 'a', scopes: ['custody'] })
    const authorization = `Basic ${btoa(`${key.keyId}:${key.keySecret}`)}`
    const body = { reference, signingMethod: { type: 'PIN', value: pin } }
    const { text } = await request(
      custody,
      'POST',
      '/api/users',
      { authorization, 'content-type': 'application/json' },
      body,
    )
    return /"id":"([0-9a-f-]{36})"/.exec(text)?.[1] ?? ''
  }
  /** Submits an application of a new wallet. Returns its id. */
  const submitApplication = async (name: string): Promise<string> => {
    const challenge = z
      .object({ jwt: z.string() })
      .parse((await request(onboarding, 'GET', '/auth/challenge', {})).json)
    const claims: unknown = JSON.parse(Buffer.from(challenge.jwt.split('.')[1] ?? '', 'base64url').toString())
    const { nonce } = z.object({ nonce: z.string() }).parse(claims)
    const send = async (path: string, jwt: string, body: unknown) => {
      const headers = { authorization: `Bearer ${jwt}`, 'content-type': 'application/json' }
      return (await request(onboarding, 'POST', path, headers, body)).json
    }
    const signature = await Wallet.createRandom().signMessage(nonce)
    const { jwt } = z.object({ jwt: z.string() }).parse(await send('/auth/challenge', challenge.jwt, { signature }))
    const attributes = [{ id: 'name', data: { value: name } }]
    const submitted = await send('/applications', jwt, { templateId: 'account', attributes })
    return z.object({ id: z.string() }).parse(submitted).id
  }
  /** The status of a call of the custody API with a service key. */
  const custodyStatus = async ({ keyId, keySecret }: { keyId: string; keySecret: string }) => {
    const authorization = `Basic ${btoa(`${keyId}:${keySecret}`)}`
    return (await request(custody, 'GET', '/api/users', { authorization })).status
  }
  return {
    billfold,
    as,
    custodyStatus,
    request: (path: string) => request(page, 'GET', path, {}),
    createUser,
    submitApplication,
  }
}

const root = { ...change, 'x-staff': 'root' }
const keySchema = z.object({ keyId: z.string(), keySecret: z.string() })

let host: ReturnType<typeof createHost>
beforeEach(() => {
  host = createHost()
})

describe('the admin API', () => {
  test('is not created without a guard of the host', () => {
    const options: Partial<AdminOptions> = {}
    expect(() => Reflect.apply(adminApi, undefined, [host.billfold, options])).toThrow(TypeError)
    expect(() => Reflect.apply(adminApi, undefined, [host.billfold, { authorize: true }])).toThrow(/authorize/)
  })

  test('refuses every route, the page included, to whom the host does not authorize', async () => {
    for (const path of [
      '/console',
      '/admin.js',
      '/admin.css',
      '/elements.js',
      '/user.js',
      '/application.js',
      '/keys.js',
      '/api/self',
      '/api/users',
      '/api/audit',
      '/api/applications',
      '/api/applications/1',
      '/api/service-keys',
      '/api/licences',
    ])
      expect([path, (await host.request(path)).status]).toEqual([path, 401])
  })

  test('serves a page without inline script, under a policy that allows none', async () => {
    const { status, headers, text } = await host.as('GET', '/console')
    expect(status).toBe(200)
    expect(headers?.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/)
    expect(headers?.get('content-security-policy')).not.toMatch(/unsafe/)
    expect(text).not.toMatch(/<script(?![^>]* src=)|<style|\son[a-z]+=|javascript:/)
    expect(text).not.toContain('{{')
  })

  test('names its mount in the page as it is, escaped', async () => {
    const admin = adminApi(host.billfold, { authorize: async () => ({ id: 'grace' }) })
    const handle = fetchHandler(admin, { clientAddress: () => '127.0.0.1', prefix: '/a$&b' })
    const page = await (await handle(new Request('http://host.example/a$&b/console'))).text()
    expect(page).toContain('href="/a$&amp;b')
    expect(page).not.toContain('{{')
  })

  test('finds users by what identifies them', async () => {
    const [ada, bob] = [await host.createUser('ada'), await host.createUser('bob')]
    await host.billfold.users.contactVerified(ada, { kind: 'email', value: 'ada@example.org' })
    const find = async (text: string) => (await host.as('GET', `/api/users?text=${encodeURIComponent(text)}`)).json
    for (const text of [ada, 'ada', 'Ada@Example.org'])
      expect(await find(text)).toMatchObject({ users: [{ id: ada, reference: 'ada' }] })
    expect(await find('')).toMatchObject({ users: [{ id: bob }, { id: ada }] })
    expect(await find('nobody@example.org')).toEqual({ users: [] })
  })

  test('shows a user without secrets', async () => {
    const id = await host.createUser('ada')
    const { json, text } = await host.as('GET', `/api/users/${id}`)
    expect(json).toMatchObject({
      user: { id, reference: 'ada' },
      methods: [{ type: 'PIN', incorrectAttempts: 0, lockedUntil: null }],
      sessions: [],
      devices: [],
    })
    expect(text).not.toMatch(/salt|sealed|582914/)
    expect((await host.as('GET', '/api/users/nobody')).status).toBe(404)
  })

  test('unlocks and erases, with the administrator as the actor of the audit log', async () => {
    const id = await host.createUser('ada')
    expect((await host.as('POST', `/api/users/${id}/unlock`, change, {})).status).toBe(200)
    expect((await host.as('POST', `/api/users/${id}/erase`, change, { confirm: 'another' })).status).toBe(400)
    expect((await host.as('POST', `/api/users/${id}/erase`, change, { confirm: id })).status).toBe(200)
    const { records } = await host.billfold.audit.search({ actor: 'admin:grace' })
    expect(records.map(({ action }) => action)).toEqual(['user.erased', 'user.unlocked'])
    expect((await host.as('GET', `/api/users/${id}`)).json).toMatchObject({
      user: { archivedAt: expect.any(Number) },
      methods: [],
    })
  })

  test('revokes an authentication session once', async () => {
    const userId = await host.createUser('ada')
    const { sessionId } = await host.billfold.authentication.sessions.create({ userId })
    expect((await host.as('POST', `/api/sessions/${sessionId}/revoke`, change, {})).status).toBe(200)
    expect((await host.as('POST', `/api/sessions/${sessionId}/revoke`, change, {})).status).toBe(404)
    const sessions = await host.billfold.authentication.sessions.list(userId)
    expect(sessions).toMatchObject([{ id: sessionId, state: 'failed', failure: 'revoked' }])
  })

  test('refuses a call without the header that another site cannot send', async () => {
    const id = await host.createUser('ada')
    const json = { 'content-type': 'application/json', 'x-billfold-admin': '' }
    expect((await host.as('POST', `/api/users/${id}/unlock`, json, {})).status).toBe(403)
    expect((await host.as('GET', `/api/users/${id}`, { 'x-billfold-admin': '' })).status).toBe(403)
    expect((await host.billfold.audit.search({ actor: 'admin:grace' })).records).toEqual([])
  })

  test('records who looked at whom, with the kinds of personal data, before it shows the user', async () => {
    const id = await host.createUser('ada')
    await host.billfold.users.contactVerified(id, { kind: 'email', value: 'ada@example.org' })
    await host.as('GET', `/api/users?text=ada`)
    await host.as('GET', '/api/users/nobody')
    expect((await host.billfold.audit.search({ actor: 'admin:grace' })).records).toEqual([])
    const { json } = await host.as('GET', `/api/users/${id}`)
    const viewed = {
      action: 'user.viewed',
      actor: 'admin:grace',
      subject: id,
      detail: { kinds: 'identifiers' },
    }
    expect((await host.billfold.audit.search({ actor: 'admin:grace' })).records).toMatchObject([viewed])
    expect(json).toMatchObject({ audit: [viewed, { action: 'user.contact-verified' }, { action: 'user.created' }] })
  })

  test('lists applications without attributes, and records who looked at one before it shows them', async () => {
    const id = await host.submitApplication('Ada Lovelace')
    const listed = await host.as('GET', '/api/applications')
    expect(listed.json).toMatchObject({ items: [{ id, status: 'submitted', attributes: 1, files: 0 }] })
    expect(listed.text).not.toContain('Lovelace')
    expect((await host.as('GET', '/api/applications/none')).status).toBe(404)
    expect((await host.as('GET', `/api/applications/${id}`, { 'x-billfold-admin': '' })).status).toBe(403)
    expect((await host.billfold.audit.search({ actor: 'admin:grace' })).records).toEqual([])
    const shown = await host.as('GET', `/api/applications/${id}`)
    expect(shown.json).toMatchObject({ id, attributes: [{ id: 'name', data: { value: 'Ada Lovelace' } }], files: [] })
    const { records } = await host.billfold.audit.search({ actor: 'admin:grace' })
    expect(records).toMatchObject([{ action: 'application.viewed', subject: id, detail: { kinds: 'attributes' } }])
    const changed = await host.as('POST', `/api/applications/${id}/transition`, change, { to: 'in_review' })
    expect([changed.status, changed.text.includes('Lovelace')]).toEqual([200, false])
  })

  test('shows an administrator the tenant that the host names, and nothing of another', async () => {
    const id = await host.createUser('ada')
    const other = adminApi(host.billfold, { authorize: async () => ({ id: 'eve', tenant: 'other' }) })
    const handle = fetchHandler(other, { clientAddress: () => '127.0.0.1' })
    const get = (path: string) => handle(new Request(`http://host.example${path}`, { headers: fromPage }))
    expect(await (await get('/api/users')).json()).toEqual({ users: [] })
    expect((await get(`/api/users/${id}`)).status).toBe(404)
    expect((await get(`/api/applications/${await host.submitApplication('Ada')}`)).status).toBe(404)
    const erase = new Request(`http://host.example/api/users/${id}/erase`, {
      method: 'POST',
      headers: change,
      body: JSON.stringify({ confirm: id }),
    })
    expect((await handle(erase)).status).toBe(404)
    const { sessionId } = await host.billfold.authentication.sessions.create({ userId: id })
    for (const path of [`users/${id}/unlock`, `users/${id}/devices/${id}/revoke`, `sessions/${sessionId}/revoke`]) {
      const revoke = new Request(`http://host.example/api/${path}`, { method: 'POST', headers: change, body: '{}' })
      expect([path, (await handle(revoke)).status]).toEqual([path, 404])
    }
    for (const query of ['', `?subject=${id}`, '?action=user.created'])
      expect(await (await get(`/api/audit${query}`)).json()).toMatchObject({ records: [] })
    for (const text of [id, 'ada']) expect(await (await get(`/api/users?text=${text}`)).json()).toEqual({ users: [] })
  })

  test('refuses an administrator whose tenant or id is empty, absent or cut off', async () => {
    await host.createUser('ada')
    const ask = async (returned: object | null) => {
      const administrator: Administrator = JSON.parse(JSON.stringify(returned))
      const api = adminApi(host.billfold, { authorize: async () => administrator })
      const handle = fetchHandler(api, { clientAddress: () => '127.0.0.1' })
      return (await handle(new Request('http://host.example/api/users', { headers: fromPage }))).status
    }
    // A claim that is missing or empty must not open the default tenant.
    expect(await ask({ id: 'eve', tenant: '' })).toBe(403)
    expect(await ask({ id: 'eve', tenant: null })).toBe(403)
    for (const id of ['', ' ', 'e'.repeat(121), null, 7]) expect([id, await ask({ id })]).toEqual([id, 403])
    expect(await ask({})).toBe(403)
    expect(await ask(null)).toBe(401)
    expect(await ask({ id: 'e'.repeat(120) })).toBe(200)
  })

  test('lists applications, the audit log and what waits for approval', async () => {
    expect((await host.as('GET', '/api/applications')).json).toEqual({ items: [] })
    await host.createUser('ada')
    expect((await host.as('GET', '/api/audit?action=user.created')).json).toMatchObject({
      records: [{ action: 'user.created' }],
    })
    expect((await host.as('GET', '/api/audit?action=nonsense')).json).toEqual({ records: [] })
    expect((await host.as('GET', '/api/approvals')).status).toBe(404)
    expect((await host.as('POST', '/api/applications/none/transition', change, { to: 'approved' })).status).toBe(404)
    expect((await host.as('POST', '/api/applications/none/transition', change, { to: 'withdrawn' })).status).toBe(400)
  })

  test('refuses service keys and licences to administrators whom the host does not let manage them', async () => {
    for (const [method, path] of [
      ['GET', '/api/service-keys'],
      ['POST', '/api/service-keys'],
      ['POST', '/api/service-keys/1/reset'],
      ['POST', '/api/service-keys/1/revoke'],
      ['GET', '/api/licences'],
      ['POST', '/api/licences'],
      ['POST', '/api/licences/1/revoke'],
    ] as const)
      expect([path, (await host.as(method, path, change, method === 'POST' ? {} : undefined)).status]).toEqual([
        path,
        403,
      ])
    expect((await host.as('GET', '/api/self')).json).toMatchObject({ canManageKeys: false })
    expect((await host.as('GET', '/api/self', root)).json).toMatchObject({ id: 'root', canManageKeys: true })
  })

  test('creates, resets and revokes service keys, and shows each secret once', async () => {
    const created = await host.as('POST', '/api/service-keys', root, { tag: 'shop', scopes: ['custody'] })
    const first = keySchema.parse(created.json)
    expect(created.headers?.get('cache-control')).toBe('no-store')
    expect(await host.custodyStatus(first)).toBe(200)
    const reset = await host.as('POST', `/api/service-keys/${first.keyId}/reset`, root, {})
    const second = keySchema.parse(reset.json)
    expect([await host.custodyStatus(first), await host.custodyStatus(second)]).toEqual([401, 200])
    const listed = await host.as('GET', '/api/service-keys', root)
    expect(listed.json).toMatchObject({ items: [{ keyId: second.keyId, tag: 'shop', scopes: ['custody'] }] })
    expect(listed.text).not.toMatch(/keySecret|sealed/)
    expect((await host.as('POST', `/api/service-keys/${second.keyId}/revoke`, root, {})).status).toBe(200)
    expect((await host.as('POST', `/api/service-keys/${second.keyId}/revoke`, root, {})).status).toBe(404)
    expect((await host.as('POST', `/api/service-keys/${second.keyId}/reset`, root, {})).status).toBe(404)
    expect(await host.custodyStatus(second)).toBe(401)
    const { records } = await host.billfold.audit.search({ actor: 'admin:root' })
    expect(records.map(({ action, subject }) => [action, subject])).toEqual([
      ['service-key.revoked', second.keyId],
      ['service-key.reset', first.keyId],
      ['service-key.created', first.keyId],
    ])
    expect(JSON.stringify(records)).not.toContain(first.keySecret)
  })

  test('refuses a service key without a scope, and one with a scope that no API has', async () => {
    for (const scopes of [[], ['custody', 'nonsense'], ['custody *'], ['__proto__'], 'custody'])
      expect((await host.as('POST', '/api/service-keys', root, { tag: 'a', scopes })).status).toBe(400)
    expect((await host.as('POST', '/api/service-keys', root, { tag: ' ', scopes: ['custody'] })).status).toBe(400)
    expect((await host.as('GET', '/api/service-keys', root)).json).toMatchObject({
      items: [],
      scopes: { '*': expect.any(String) },
    })
  })

  test('creates and revokes licences, and shows each value once', async () => {
    const input = { tag: 'shop', authLevel: 'standard', expiresAt: Date.now() + 60_000 }
    const created = await host.as('POST', '/api/licences', root, input)
    const { id, licence } = z.object({ id: z.string(), licence: z.string().length(43) }).parse(created.json)
    const listed = await host.as('GET', '/api/licences', root)
    expect(listed.json).toMatchObject({ items: [{ id, tag: 'shop', authLevel: 'standard' }] })
    expect(listed.text).not.toContain(licence)
    expect(await host.billfold.licences.isActive(id)).toBe(true)
    expect((await host.as('POST', `/api/licences/${id}/revoke`, root, {})).status).toBe(200)
    expect((await host.as('POST', `/api/licences/${id}/revoke`, root, {})).status).toBe(404)
    expect(await host.billfold.licences.isActive(id)).toBe(false)
    expect((await host.as('POST', '/api/licences', root, { ...input, expiresAt: 1 })).status).toBe(400)
    expect((await host.as('POST', '/api/licences', root, { ...input, authLevel: 'root' })).status).toBe(400)
    const { records } = await host.billfold.audit.search({ actor: 'admin:root' })
    expect(records.map(({ action }) => action)).toEqual(['licence.revoked', 'licence.created'])
  })

  test('creates keys in the tenant of the administrator, and finds none of another', async () => {
    const { keyId } = await host.billfold.serviceKeys.create({ tag: 'ours', scopes: ['custody'] })
    const { id } = await host.billfold.licences.create({ tag: 'ours' })
    const authorize = async () => ({ id: 'eve', tenant: 'other', canManageKeys: true })
    const handle = fetchHandler(adminApi(host.billfold, { authorize }), { clientAddress: () => '127.0.0.1' })
    const send = async (method: string, path: string, body?: unknown) => {
      const init = { method, headers: change, ...(body !== undefined && { body: JSON.stringify(body) }) }
      return handle(new Request(`http://host.example/api${path}`, init))
    }
    expect(await (await send('GET', '/service-keys')).json()).toMatchObject({ items: [] })
    expect(await (await send('GET', '/licences')).json()).toEqual({ items: [] })
    for (const path of [`/service-keys/${keyId}/reset`, `/service-keys/${keyId}/revoke`, `/licences/${id}/revoke`])
      expect((await send('POST', path, {})).status).toBe(404)
    await send('POST', '/service-keys', { tag: 'theirs', scopes: ['*'] })
    expect(await host.billfold.serviceKeys.list('other')).toMatchObject([{ tag: 'theirs' }])
    expect(await host.billfold.serviceKeys.list()).toMatchObject([{ tag: 'ours' }])
  })
})
