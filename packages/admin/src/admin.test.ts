import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { fetchHandler } from '@billfold/fetch-adapter'
import { beforeEach, describe, expect, test } from 'vitest'
import { adminApi, type AdminOptions } from './index.ts'

const pin = '582914'
const change = { 'x-billfold-admin': '1', 'content-type': 'application/json' }

function createHost() {
  const keyring = localKeyring({ keys: { 1: newKey() }, currentKeyId: '1' })
  const billfold = createBillfold({ storage: memoryStorage(), keyring })
  const admin = adminApi(billfold, {
    authorize: async ({ headers }) => {
      const account = headers['x-staff']
      return typeof account === 'string' ? { id: account } : undefined
    },
  })
  const [custody, page] = [billfold.custody, admin].map((api) =>
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
    request(page, method, path, { 'x-staff': 'grace', ...headers }, body)
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
  return { billfold, as, request: (path: string) => request(page, 'GET', path, {}), createUser }
}

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
      '/api/self',
      '/api/users',
      '/api/audit',
      '/api/applications',
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

  test('refuses a change without the header that a form on another site cannot send', async () => {
    const id = await host.createUser('ada')
    expect((await host.as('POST', `/api/users/${id}/unlock`, { 'content-type': 'application/json' }, {})).status).toBe(
      403,
    )
    expect((await host.billfold.audit.search({ actor: 'admin:grace' })).records).toEqual([])
  })

  test('shows an administrator the tenant that the host names, and nothing of another', async () => {
    const id = await host.createUser('ada')
    const other = adminApi(host.billfold, { authorize: async () => ({ id: 'eve', tenant: 'other' }) })
    const handle = fetchHandler(other, { clientAddress: () => '127.0.0.1' })
    const get = (path: string) => handle(new Request(`http://host.example${path}`))
    expect(await (await get('/api/users')).json()).toEqual({ users: [] })
    expect((await get(`/api/users/${id}`)).status).toBe(404)
    const erase = new Request(`http://host.example/api/users/${id}/erase`, {
      method: 'POST',
      headers: change,
      body: JSON.stringify({ confirm: id }),
    })
    expect((await handle(erase)).status).toBe(404)
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
})
