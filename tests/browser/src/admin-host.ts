import { createServer } from 'node:http'
import { adminApi } from '@billfold/admin'
import { createBillfold, createPasswordHasher, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import { Wallet } from 'ethers'
import express from 'express'

/** A host with the admin page at `/staff/console`, with two users of whom one is locked, and an application. */
export interface AdminHost {
  readonly url: string
  readonly lockedUser: string
  /** The id of the application. */
  readonly application: string
  readonly billfold: ReturnType<typeof createBillfold>
  readonly close: () => void
}

const templates = [
  {
    id: 'account',
    name: 'Account',
    attributes: [
      { id: 'name', schema: { type: 'string' } },
      { id: 'address', schemaId: 'http://schemas.example.org/personal/address', schema: { type: 'object' } },
    ],
  },
]

/** As the risk module lists it. */
const waitingRequest = {
  id: '01920000-0000-7000-8000-000000000001',
  userId: '01920000-0000-7000-8000-000000000002',
  state: 'waiting',
  act: { kind: 'transaction', content: `{"to":"0x${'ab'.repeat(20)}","value":"1000000000000000000"}` },
  requires: { decision: 'approve', by: 1, of: ['01920000-0000-7000-8000-000000000003'] },
  approvals: 0,
  createdAt: Date.UTC(2026, 2, 1),
  expiresAt: Date.UTC(2026, 2, 2),
}

/** Logs a new wallet in, and applies. Returns the id of the application. */
async function submitApplication(onboarding: string): Promise<string> {
  const send = async (path: string, jwt: string, body?: unknown): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${jwt}`, 'content-type': 'application/json' }
    const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) }
    return Object.fromEntries(Object.entries(JSON.parse(await (await fetch(`${onboarding}${path}`, init)).text())))
  }
  const challenge = String((await send('/auth/challenge', ''))['jwt'])
  const { nonce } = JSON.parse(Buffer.from(challenge.split('.')[1] ?? '', 'base64url').toString())
  const login = await send('/auth/challenge', challenge, {
    signature: await Wallet.createRandom().signMessage(String(nonce)),
  })
  const attributes = [
    { id: 'name', data: { value: '<img src=x onerror=alert(2)>' } },
    { id: 'address', data: { value: { line: `${'Wellington'.repeat(8)} 1`, city: 'Ely' } } },
  ]
  return String((await send('/applications', String(login['jwt']), { templateId: 'account', attributes }))['id'])
}

/** Starts the host. Its guard admits everybody as `grace`. */
export async function startAdminHost(): Promise<AdminHost> {
  const billfold = createBillfold({
    storage: memoryStorage(),
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    passwordHasher: createPasswordHasher({ cost: { logN: 4, r: 1, p: 1 } }),
    onboarding: { templates },
    custody: { lockout: { maxFailures: 3, durationSeconds: 86_400 } },
  })
  const app = express()
  app.use('/custody', expressRouter(billfold.custody))
  app.use('/onboarding', expressRouter(billfold.onboarding))
  app.use(
    '/staff',
    expressRouter(
      adminApi(billfold, {
        authorize: async () => ({ id: 'grace', canManageKeys: true }),
        risk: { approvals: { list: async () => [waitingRequest] } },
      }),
    ),
  )
  const server = createServer(app).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`

  const key = await billfold.serviceKeys.create({ tag: 'test', scopes: ['custody'] })
  const authorization = `Basic ${Buffer.from(`${key.keyId}:${key.keySecret}`).toString('base64')}`
  const call = async (path: string, body: unknown, method = '') => {
    const headers = {
      authorization,
      'content-type': 'application/json',
      ...(method !== '' && { 'signing-method': method }),
    }
    const response = await fetch(`${origin}/custody${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return /"id":"([0-9a-f-]{36})"/g.exec(await response.text())?.[1] ?? ''
  }
  await call('/api/users', { reference: '<img src=x onerror=alert(1)>' })
  const lockedUser = await call('/api/users', { reference: 'ada', signingMethod: { type: 'PIN', value: '582914' } })
  await billfold.users.contactVerified(lockedUser, { kind: 'email', value: 'ada@example.org' })
  const [pin] = await billfold.users.methods(lockedUser)
  await call(
    '/api/wallets',
    { secretType: 'ETHEREUM', userId: lockedUser, description: 'Savings' },
    `${pin?.id ?? ''}:582914`,
  )
  for (let attempt = 0; attempt < 3; attempt++)
    await call('/api/wallets', { secretType: 'ETHEREUM', userId: lockedUser }, `${pin?.id ?? ''}:000000`)
  await billfold.authentication.sessions.create({ userId: lockedUser })
  await billfold.licences.create({ tag: 'web shop' })
  const application = await submitApplication(`${origin}/onboarding`)
  return { url: `${origin}/staff/console`, lockedUser, application, billfold, close: () => void server.close() }
}
