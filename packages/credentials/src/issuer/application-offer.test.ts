import { memoryStorage, type Notifier } from '@billfold/core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  account,
  type ApplicationHost,
  createApplicantClient,
  createApplicationHost,
} from '../test-fixtures/application-host.ts'
import { createTestPki, publicUrl, testKeyring } from '../test-fixtures/issuer-host.ts'
import { createWalletClient, findCode, tokenOf } from '../test-fixtures/wallet-client.ts'

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

  let host: ApplicationHost
  let applicant: ReturnType<typeof createApplicantClient>
  beforeEach(() => {
    sent.length = 0
    host = createApplicationHost({ storage: memoryStorage(), keyring: testKeyring(), signer: pki.signer, notifier })
    applicant = createApplicantClient(host)
  })

  test('is issued to its applicant, with a transaction code through the notifier; an earlier offer ends', async () => {
    const headers = await applicant.logIn()
    const id = await applicant.apply(headers)
    const early = await applicant.offer(headers, id)
    expect([early.status, early.body['code']]).toEqual([409, 'application_not_approved'])
    await applicant.approve(id)
    const first = await applicant.offer(headers, id)
    await host.deliver()
    sent.length = 0
    const second = await applicant.offer(headers, id)
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
    const headers = await applicant.logIn()
    const id = await applicant.apply(headers)
    await applicant.approve(id)
    const stranger = await applicant.offer(await applicant.logIn(), id)
    expect([stranger.status, stranger.body['code']]).toEqual([404, 'application_not_found'])
    const other = await applicant.apply(headers, 2)
    await applicant.approve(other)
    expect((await applicant.offer(headers, other)).status).toBe(404)
    expect((await applicant.send(`/applications/${id}/credential-offer`)).status).toBe(401)
  })

  test('is denied once it is withdrawn from approval, and waited for while it is in review', async () => {
    const headers = await applicant.logIn()
    const id = await applicant.apply(headers)
    await expect(host.credentials.issuer.offer(account, { subject: { applicationId: id } })).rejects.toMatchObject({
      code: 'application.not-approved',
    })
    await expect(host.credentials.issuer.offer(account, { subject: { userId: id } })).rejects.toMatchObject({
      code: 'input.invalid',
    })
    await expect(host.credentials.issuer.offer(account, {})).rejects.toMatchObject({ code: 'input.invalid' })
  })
})
