import type { MountableApi } from '@billfold/core/http'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type CustodyHost,
  createCustodyHost,
  createWalletOwner,
  messageBody,
  pincode,
  type WalletOwner,
} from '../test-fixtures/custody-host.ts'

interface ApiReply {
  readonly status: number
  readonly data: unknown
}

const replySchema = z.object({ data: z.unknown() })

async function callApi(
  api: MountableApi,
  id: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<ApiReply> {
  const route = api.routes.find((one) => one.id === id)
  if (route === undefined) throw new Error(`no route ${id}`)
  const reply = await api.handle(route, {
    method: route.method,
    path: route.path,
    mount: '',
    params: {},
    query: '',
    headers: { 'content-type': 'application/json', ...headers },
    ip: '192.0.2.9',
    body: { kind: 'parsed', value: body },
    signal: new AbortController().signal,
  })
  return { status: reply.status, data: replySchema.parse(JSON.parse(String(reply.body))).data }
}

/** A user of the payments API with a PIN of the custody API. */
interface KeyUser {
  readonly userId: string
  readonly apiKey: string
  readonly pin: string
}

const password = 'correct horse battery'

async function createKeyUser({ billfold, call }: CustodyHost, name: string): Promise<KeyUser> {
  const email = `${name}@example.org`
  const names = { username: name, first_name: 'A', last_name: 'B', address: '', dob: '1990-01-01' }
  await callApi(billfold.payments, 'register', {
    email,
    password,
    phone_number: `+3247000${name.length}${name.codePointAt(0)}`,
    ...names,
  })
  const login = await callApi(billfold.payments, 'login', { email, password, appid: '1', imei: name })
  const text = typeof login.data === 'string' ? login.data : JSON.stringify(login.data)
  const { 'api-key': apiKey } = z.object({ 'api-key': z.string() }).parse(JSON.parse(text))
  const user = await billfold.users.find({ kind: 'username', value: name })
  const userId = user?.id ?? ''
  const added = await call('createSigningMethod', { params: { userId }, body: { type: 'PIN', value: pincode } })
  const { id } = z.object({ id: z.string() }).parse(added.result)
  return { userId, apiKey, pin: `${id}:${pincode}` }
}

describe('a user with an API key of the payments API', () => {
  let host: CustodyHost
  let owner: WalletOwner
  let approver: KeyUser
  let stranger: KeyUser

  const asUser = ({ apiKey }: KeyUser, pin?: string) => ({
    authorization: apiKey,
    ...(pin !== undefined && { 'signing-method': pin }),
  })
  const listedIds = async (user: KeyUser, body: object = {}): Promise<readonly string[]> => {
    const { data } = await callApi(host.billfold.risk, 'listApprovals', body, asUser(user))
    return z
      .array(z.object({ id: z.string() }))
      .parse(data)
      .map(({ id }) => id)
  }
  const sign = async (): Promise<number> =>
    (await host.call('createSignature', messageBody(owner.walletId, 'hello'))).status

  beforeEach(async () => {
    host = await createCustodyHost()
    owner = await createWalletOwner(host.call)
    approver = await createKeyUser(host, 'ada')
    stranger = await createKeyUser(host, 'mallory')
    await host.billfold.risk.policies.add({
      name: 'four eyes',
      subject: { kind: 'tenant' },
      acts: ['message'],
      then: { decision: 'approve', by: 1, of: [approver.userId] },
    })
    expect(await sign()).toBe(403)
  })

  test('sees and approves what a rule asks them to approve, with their own signing method', async () => {
    const [id] = await listedIds(approver)
    expect(await callApi(host.billfold.risk, 'approve', { id }, asUser(approver))).toMatchObject({ status: 403 })
    const approved = await callApi(host.billfold.risk, 'approve', { id }, asUser(approver, approver.pin))
    expect(approved).toMatchObject({ status: 200, data: { state: 'ready' } })
    expect(await sign()).toBe(200)
  })

  test('sees the whole of what they are asked to approve, and nothing of others', async () => {
    const long = 'a'.repeat(3000)
    expect((await host.call('createSignature', messageBody(owner.walletId, long))).status).toBe(403)
    const [id] = await listedIds(approver)
    const content = Buffer.from(long).toString('hex')
    const { risk } = host.billfold
    const seen = await callApi(risk, 'getApproval', { id }, asUser(approver))
    expect(seen).toMatchObject({ status: 200, data: { id, act: { content } } })
    expect(await callApi(risk, 'getApproval', { id }, asUser(stranger))).toMatchObject({ status: 404 })
    expect(await callApi(risk, 'getApproval', { id: 'x' }, asUser(approver))).toMatchObject({ status: 404 })
  })

  test('can name themselves and nobody else', async () => {
    const [id] = await listedIds(approver, { userId: approver.userId })
    const foreign = { userId: approver.userId }
    const { risk } = host.billfold
    expect(await callApi(risk, 'listApprovals', foreign, asUser(stranger))).toMatchObject({ status: 403 })
    const confirmation = { id, userId: approver.userId }
    const asStranger = asUser(stranger, approver.pin)
    expect(await callApi(risk, 'approve', confirmation, asStranger)).toMatchObject({ status: 403 })
    expect(await callApi(risk, 'reject', confirmation, asStranger)).toMatchObject({ status: 403 })
    expect(await callApi(risk, 'approve', { id }, asStranger)).toMatchObject({ status: 403 })
    expect(await callApi(risk, 'approve', { id }, asUser(stranger, stranger.pin))).toMatchObject({ status: 403 })
    expect(await sign()).toBe(403)
  })

  test('is refused without a key, with a wrong one, and where service keys are required', async () => {
    const { risk } = host.billfold
    for (const authorization of ['', 'x'.repeat(43), 'Basic eDp5', 'Bearer a.b.c'])
      expect(await callApi(risk, 'listApprovals', {}, { authorization })).toMatchObject({ status: 401 })
    expect(await callApi(risk, 'assess', { userId: approver.userId }, asUser(approver))).toMatchObject({ status: 401 })
    expect(await callApi(risk, 'listPolicies', {}, asUser(approver))).toMatchObject({ status: 401 })
  })

  test('sees what waits for them behind many requests of others', async () => {
    for (let number = 0; number < 12; number++) {
      const other = await createWalletOwner(host.call)
      for (let act = 0; act < 20; act++) await host.call('createSignature', messageBody(other.walletId, `${act}`))
    }
    expect(await listedIds(stranger)).toEqual([])
    expect(await host.billfold.risk.approvals.list(owner.userId)).toHaveLength(1)
  })
})
