import { Wallet } from 'ethers'
import { createBillfold, memoryStorage, type Notifier, silentLogger } from '@billfold/core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { credentials } from '../credentials.ts'
import { createTestPki, publicUrl, testKeyring } from '../test-fixtures/issuer-host.ts'
import { createWalletClient, findCode, sendTo, type Send, tokenOf } from '../test-fixtures/wallet-client.ts'
import { credentialType } from './types/credential-type.ts'
import { applicationOf } from './types/dataset-source.ts'

const account = credentialType({
  id: 'account',
  claims: z.object({ given_name: z.string() }),
  sdJwt: { vct: 'urn:example:account:1' },
  from: applicationOf(1, ({ attributes }) => ({
    given_name: z.object({ first: z.string() }).parse(attributes['name']).first,
  })),
})
const templates = [
  {
    id: 1,
    name: 'Account',
    attributes: [{ id: 'name', schemaId: 'http://schemas.example/name', schema: { type: 'object' } }],
  },
  { id: 2, name: 'Other', attributes: [] },
]

describe('an approved application', () => {
  let pki: Awaited<ReturnType<typeof createTestPki>>
  const sent: unknown[] = []
  const notifier: Notifier = {
    deliver: (message) => {
      sent.push(message.payload)
      return Promise.resolve()
    },
  }
  beforeAll(async () => {
    pki = await createTestPki()
  })

  const createHost = () =>
    createBillfold({
      storage: memoryStorage(),
      keyring: testKeyring(),
      logger: silentLogger,
      notifier,
      onboarding: { templates },
      modules: [credentials({ issuer: { publicUrl, types: [account], signer: pki.signer } })],
    })
  let host: ReturnType<typeof createHost>
  let send: Send
  beforeEach(() => {
    sent.length = 0
    host = createHost()
    send = sendTo(host.onboarding)
  })

  const logIn = async () => {
    const wallet = Wallet.createRandom()
    const { body: challenge } = await send('/auth/challenge', { method: 'GET' })
    const jwt = String(challenge['jwt'])
    const claims: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
    const { nonce } = z.object({ nonce: z.string() }).parse(claims)
    const json = { signature: await wallet.signMessage(nonce) }
    const { body } = await send('/auth/challenge', { headers: { authorization: `Bearer ${jwt}` }, json })
    return { authorization: `Bearer ${String(body['jwt'])}` }
  }
  const apply = async (headers: Record<string, string>, templateId = 1) => {
    const attributes = templateId === 1 ? [{ id: 'name', data: { value: { first: 'Ada' } } }] : []
    const { body } = await send('/applications', { headers, json: { templateId, attributes } })
    return z.string().parse(body['id'])
  }
  const approve = async (id: string) => {
    await host.onboarding.applications.transition(id, { to: 'in_review' })
    await host.onboarding.applications.transition(id, { to: 'approved' })
  }
  const offer = (headers: Record<string, string>, id: string) =>
    send(`/applications/${id}/credential-offer`, { headers })

  test('is issued to its applicant, with a transaction code through the notifier; an earlier offer ends', async () => {
    const headers = await logIn()
    const id = await apply(headers)
    const early = await offer(headers, id)
    expect([early.status, early.body['code']]).toEqual([409, 'application_not_approved'])
    await approve(id)
    const first = await offer(headers, id)
    await host.deliver()
    sent.length = 0
    const second = await offer(headers, id)
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.text).not.toContain('txCode')
    await host.deliver()
    const { code } = z.object({ code: z.string(), applicationId: z.literal(id) }).parse(sent.at(-1))
    const wallet = await createWalletClient(host.credentials.issuer, publicUrl)
    await expect(findCode(wallet.send, String(first.body['uri']))).rejects.toThrow('grants')
    const token = tokenOf(await wallet.redeem(String(second.body['uri']), { tx_code: code }))
    const issued = await wallet.request(token, 'account.sd-jwt')
    expect(issued.status).toBe(200)
    expect(await host.credentials.issuer.list({ applicationId: id })).toHaveLength(1)
  })

  test('of somebody else or of another template has no offer', async () => {
    const headers = await logIn()
    const id = await apply(headers)
    await approve(id)
    const stranger = await offer(await logIn(), id)
    expect([stranger.status, stranger.body['code']]).toEqual([404, 'application_not_found'])
    const other = await apply(headers, 2)
    await approve(other)
    expect((await offer(headers, other)).status).toBe(404)
    expect((await send(`/applications/${id}/credential-offer`)).status).toBe(401)
  })

  test('is denied once it is withdrawn from approval, and waited for while it is in review', async () => {
    const headers = await logIn()
    const id = await apply(headers)
    await expect(host.credentials.issuer.offer(account, { subject: { applicationId: id } })).rejects.toMatchObject({
      code: 'application.not-approved',
    })
    await expect(host.credentials.issuer.offer(account, { subject: { userId: id } })).rejects.toMatchObject({
      code: 'input.invalid',
    })
    await expect(host.credentials.issuer.offer(account, {})).rejects.toMatchObject({ code: 'input.invalid' })
  })
})
