import { memoryStorage } from '@billfold/core'
import { embeddedRegistry, createRegistryServices } from '@billfold/core/dids'
import { memoryRateLimiter } from '@billfold/core/rate-limits'
import { Signature, SigningKey, type Wallet } from 'ethers'
import { afterEach, describe, expect, it } from 'vitest'
import { type Host, startHost } from '../hosts/start-host.ts'
import { sendRequest } from '../send-request.ts'
import type { RequestContent } from '../request-driver.ts'
import { createLoginWallet, decodeClaims, logInApplicant, sendOnboardingRequest } from './applicant.ts'
import { formRequest } from './multipart-form.ts'
import { createOnboardingHost, type OnboardingHost } from './onboarding-host.ts'

const mounting = { framework: 'koa', through: 'app', prefix: '/id', parser: false } as const

const running: { readonly host: Host; readonly made: OnboardingHost }[] = []
afterEach(async () => {
  for (const { host, made } of running.splice(0)) {
    await host.close()
    await made.drop()
  }
})

async function started(...options: Parameters<typeof createOnboardingHost>) {
  const made = await createOnboardingHost(...options)
  const host = await startHost(mounting, made.billfold.onboarding)
  running.push({ host, made })
  const client = {
    request: (method: string, path: string, sent?: RequestContent) =>
      sendRequest(host.port, method, `/id${path}`, sent),
  }
  return { made, host, client }
}

describe('a transferred DID', () => {
  it.each([
    ['with configured registries', { registries: [embeddedRegistry()] }],
    ['without configured registries', undefined],
  ])('is rejected from its old owner %s', async (_where, dids) => {
    const storage = memoryStorage()
    const { client } = await started(storage, {}, dids === undefined ? {} : { dids })
    const [old, next] = [createLoginWallet(), createLoginWallet()]
    const did = `did:spherity:${old.address}`
    const answer = async (wallet: Wallet) => {
      const { body } = await sendOnboardingRequest(client, 'GET', `/auth/challenge/${did}`)
      const value = await wallet.signMessage(decodeClaims(body.jwt).nonce)
      const headers = { authorization: `Bearer ${body.jwt}` }
      return sendOnboardingRequest(client, 'POST', '/auth/challenge', {
        headers,
        json: { signature: { value, keyId: `${did}#keys-1` } },
      })
    }
    expect((await answer(old)).status).toBe(200)
    const registry = embeddedRegistry()
    const services = createRegistryServices({ storage })
    const prepared = await registry.prepare(services, 'default', old.address.toLowerCase(), {
      kind: 'owner',
      newOwner: next.address.toLowerCase(),
    })
    const { r, s, yParity } = Signature.from(new SigningKey(old.privateKey).sign(prepared.digest))
    const signature = { r: Buffer.from(r.slice(2), 'hex'), s: Buffer.from(s.slice(2), 'hex'), recovery: yParity }
    await registry.submit(services, { tenant: 'default', id: 'host' }, 'hand-over', prepared, signature)
    expect(await answer(old)).toMatchObject({ status: 401, body: { code: 'login_failed' } })
    expect(decodeClaims((await answer(next)).body.jwt).did).toBe(did)
  })
})

describe('challenge responses', () => {
  it('are limited by source address, valid or not', async () => {
    const startedAt = Date.now()
    const { client } = await started(memoryStorage(), {}, { rateLimiter: memoryRateLimiter(() => startedAt) })
    const { body } = await sendOnboardingRequest(client, 'GET', '/auth/challenge')
    const sent = {
      headers: { authorization: `Bearer ${body.jwt}` },
      json: { signature: `0x${'1'.repeat(128)}1b`, message: 'x' },
    }
    const statuses = new Map<number, number>()
    for (let round = 0; round < 302; round++) {
      const { status } = await sendOnboardingRequest(client, 'POST', '/auth/challenge', sent)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    expect(Object.fromEntries(statuses)).toEqual({ 401: 300, 429: 2 })
  })
})

describe('a body within its size limit', () => {
  it('gets a 400 with at most 200 errors', async () => {
    const schema = { type: 'array', items: { type: 'string' } }
    const templates = [{ id: 1, name: 'List', attributes: [{ id: 'list', schema }] }]
    const { client } = await started(memoryStorage(), { templates })
    const applicant = await logInApplicant(client)
    const submit = async (length: number): Promise<unknown> => {
      const attributes = [{ id: 'list', data: { value: Array.from({ length }, () => 0) } }]
      const { status, body } = await applicant.send('POST', '/applications', { json: { templateId: 1, attributes } })
      return [status, body.code, body.errors.length]
    }
    expect(await submit(500)).toEqual([400, 'input_invalid', 200])
    // Above the limits of a value, no schema sees it.
    expect(await submit(15_000)).toEqual([400, 'input_invalid', 1])
  })

  it('gets a 413 if its stored form is too large', async () => {
    const { client, made } = await started()
    const applicant = await logInApplicant(client)
    // Written out, each number has 21 digits.
    const numbers = `[${Array(4)
      .fill(`[${Array(474).fill('1e20').join()}]`)
      .join()}]`
    const values = [...Array(10).fill(numbers), ...Array(8).fill(`"${'x'.repeat(19_000)}"`)]
    const attributes = values.map((value, index) => `{"id":"a${index}","data":{"value":${value}}}`)
    const parts = formRequest({ name: 'attributes', content: `[${attributes.join()}]` })
    const reply = await applicant.send('POST', '/users', parts)
    expect(reply).toMatchObject({ status: 413, body: { code: 'body_too_large' } })
    expect(await made.rowCount('users')).toBe(0)
  })

  it('gets a 400 if a value of a user has more than 2,000 nested values', async () => {
    const { client, made } = await started()
    const create = async (attribute: number, meta: number): Promise<unknown> => {
      const lists = (length: number) => Array.from({ length: 4 }, () => Array.from({ length }, () => 0))
      const json = { attributes: [{ id: 'a', data: { value: lists(attribute) } }], meta: lists(meta) }
      const applicant = await logInApplicant(client)
      return (await applicant.send('POST', '/users', { json })).status
    }
    expect([await create(490, 490), await create(500, 1), await create(1, 500)]).toEqual([201, 400, 400])
    expect(await made.rowCount('users')).toBe(1)
  })

  it('gets a 400 if a description of a document has more than 2,000 values', async () => {
    const { client } = await started()
    const applicant = await logInApplicant(client)
    const submit = async (length: number): Promise<unknown> => {
      const documents = [{ content: [], pages: Array.from({ length: 4 }, () => Array.from({ length }, () => 0)) }]
      const attributes = [{ id: 'name', data: { value: { first: 'A', last: 'B' } }, documents }]
      return (await applicant.send('POST', '/applications', { json: { templateId: 1, attributes } })).status
    }
    expect(await submit(490)).toBe(201)
    expect(await submit(500)).toBe(400)
  })

  it('gets a 400 if it makes the attributes of an application too large together', async () => {
    const ids = ['a', 'b', 'c']
    const templates = [{ id: 1, name: 'Texts', attributes: ids.map((id) => ({ id, schema: { type: 'array' } })) }]
    const { client } = await started(memoryStorage(), { templates })
    const applicant = await logInApplicant(client)
    const large = (id: string) => [{ id, data: { value: Array.from({ length: 6 }, () => 'x'.repeat(20_000)) } }]
    const made = await applicant.send('POST', '/applications', { json: { templateId: 1, attributes: large('a') } })
    const change = async (id: string): Promise<unknown> => {
      const json = { attributes: large(id) }
      return (await applicant.send('PATCH', `/applications/${made.body.id}`, { json })).status
    }
    expect([await change('b'), await change('c'), await change('a')]).toEqual([200, 400, 200])
    // Written out, each number has 21 digits.
    const attributes = `[{"id":"a","data":{"value":[${Array(30)
      .fill(`[${Array(450).fill('1e20').join()}]`)
      .join()}]}}]`
    const reply = await applicant.send('POST', '/applications', { json: { templateId: 1, attributes } })
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ path: 'attributes' }] } })
  })

  it('gets a 400 if it references a missing document', async () => {
    const { client } = await started()
    const applicant = await logInApplicant(client)
    const attributes = [{ id: 'a', data: { value: { image: '$document-1' } } }]
    const reply = await applicant.send('POST', '/users', { json: { attributes } })
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ path: '$document-1' }] } })
  })
})

describe('a malformed id', () => {
  it('gets the same 404 as an unknown one', async () => {
    const { client } = await started()
    const applicant = await logInApplicant(client)
    for (const path of ['/applications/', '/files/', '/files/file-']) {
      const answers = await Promise.all(
        ['x', 'x'.repeat(59), '%F0%9F%99%82'.repeat(20)].map((id) => applicant.send('GET', path + id)),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]))
    }
  })
})
