import { type ApplicationTemplate, memoryStorage } from '@billfold/core'
import { identifiers, users } from '@billfold/core/modules'
import { afterEach, beforeAll, expect, test } from 'vitest'
import {
  fetchRequest,
  issuePidMdoc,
  issuePidSdJwt,
  presentMdoc,
  presentSdJwt,
  respond,
} from '../../test-fixtures/test-wallet.ts'
import {
  createStatusServer,
  createTestPki,
  startVerifier,
  type TestPki,
  type VerifierHost,
  type VerifierHostOptions,
} from '../../test-fixtures/verifier-host.ts'
import { type Applicant, logIn } from '../../test-fixtures/applicant.ts'
import { eudiPid } from '../queries/eudi-pid.ts'
import { presentationRequests, presentedEvidence } from '../tables.ts'

const text = { type: 'string' }
const template: ApplicationTemplate = {
  id: 1,
  name: 'Account',
  attributes: [
    {
      id: 'name',
      required: true,
      schema: text,
      presentation: { query: eudiPid, value: ({ given_name: name }) => name },
    },
    {
      id: 'born',
      required: true,
      schema: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
      presentation: { query: eudiPid, value: ({ birth_date: date }) => date },
    },
    { id: 'occupation', schema: text },
  ],
  approve: ({ attributes }) => attributes.filter(({ verified }) => verified !== undefined).length === 2,
}
const unapproved: ApplicationTemplate = { id: 2, name: 'Other', attributes: template.attributes }

let pki: TestPki
const hosts: VerifierHost[] = []

beforeAll(async () => {
  pki = await createTestPki()
})
afterEach(() => {
  for (const host of hosts.splice(0)) host.close()
})

async function start(options: VerifierHostOptions = {}): Promise<VerifierHost> {
  const { fetch } = createStatusServer(pki.issuer)
  const host = await startVerifier(pki, { fetch, templates: [template, unapproved], ...options })
  hosts.push(host)
  return host
}

/** Presents the PID for a template from the same device, without completing it. */
async function present(applicant: Applicant, templateId = 1) {
  const requested = await applicant.post('/presentations', { templateId, flow: 'same-device' })
  const request = await fetchRequest(String(requested.body['uri']))
  const held = await issuePidSdJwt(pki.issuer)
  const { body } = await respond(request, { 'pid-1': [await presentSdJwt(request, held)] })
  const responseCode = new URL(String(body['redirect_uri'])).searchParams.get('response_code')
  return { id: String(requested.body['id']), responseCode, requested, request }
}

async function presentAndComplete(applicant: Applicant, templateId?: number): Promise<string> {
  const { id, responseCode } = await present(applicant, templateId)
  const completed = await applicant.post(`/presentations/${id}/complete`, { responseCode })
  expect(completed).toEqual({ status: 200, body: { id, status: 'verified' } })
  return id
}

test('an applicant presents a PID instead of typing attributes, and the application is approved in its commit', async () => {
  const storage = memoryStorage()
  const host = await start({ storage })
  const applicant = await logIn(host)
  const id = await presentAndComplete(applicant)
  const submitted = await applicant.post('/applications', { templateId: 1, presentations: [id] })
  expect(submitted.status).toBe(201)
  const { body } = await applicant.get(`/applications/${String(submitted.body['id'])}`)
  const verified = {
    by: 'presentation',
    type: 'urn:eudi:pid:1',
    anchor: 'PID provider',
    issuer: expect.stringContaining('CN=Issuer'),
  }
  expect(body['application']).toMatchObject({
    status: 'approved',
    attributes: [
      { id: 'name', data: { value: 'Erika' }, verified },
      { id: 'born', data: { value: '1984-01-26' }, verified },
    ],
  })
  const application = await host.billfold.onboarding.applications.get(String(submitted.body['id']))
  expect(application.attributes[0]?.verified).toMatchObject(verified)
  const { records } = await host.billfold.audit.search({ subject: application.id })
  const changes = records.filter(({ action }) => action === 'application.status-changed')
  expect(changes.map(({ detail }) => detail)).toEqual(
    expect.arrayContaining([
      { from: 'submitted', to: 'in_review' },
      { from: 'in_review', to: 'approved' },
    ]),
  )
  expect(await host.billfold.audit.search({ subject: id })).toMatchObject({
    records: expect.arrayContaining([expect.objectContaining({ action: 'evidence.used' })]),
  })
  // The attributes are nowhere in plain text, and no longer with the request.
  const rows = [...(await storage.find(presentedEvidence)), ...(await storage.find(presentationRequests))]
  expect(JSON.stringify(rows)).not.toContain('Erika')
  expect(await storage.find(presentationRequests)).toMatchObject([{ sealedResult: null, state: 'released' }])
})

test('a presentation is used once, also by applications at the same time', async () => {
  const host = await start()
  const applicant = await logIn(host)
  const id = await presentAndComplete(applicant)
  const apply = () => applicant.post('/applications', { templateId: 1, presentations: [id] })
  const statuses = (await Promise.all(Array.from({ length: 8 }, apply))).map(({ status }) => status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(1)
  expect(await apply()).toMatchObject({ status: 409, body: { code: 'evidence_used' } })
})

test('an attribute that is sent as well must be equal', async () => {
  const host = await start()
  const applicant = await logIn(host)
  const id = await presentAndComplete(applicant)
  const apply = (name: string) =>
    applicant.post('/applications', { templateId: 1, presentations: [id], attributes: [{ id: 'name', data: name }] })
  expect(await apply('Mallory')).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'attributes.0.data.value', message: 'differs from what was presented' }] },
  })
  const { status, body } = await apply('Erika')
  expect(status).toBe(201)
  const stored = await host.billfold.onboarding.applications.get(String(body['id']))
  expect(stored.attributes.find(({ id: name }) => name === 'name')?.verified).toBeDefined()
})

test('an applicant cannot say of an attribute that it was verified', async () => {
  const host = await start()
  const applicant = await logIn(host)
  const verified = { by: 'presentation', issuer: 'CN=X', type: 't', anchor: 'a', at: 1 }
  const attributes = [
    { id: 'name', data: 'Mallory', verified },
    { id: 'born', data: '1984-01-26', verified },
  ]
  const { status, body } = await applicant.post('/applications', { templateId: 1, attributes })
  expect(status).toBe(201)
  const stored = await host.billfold.onboarding.applications.get(String(body['id']))
  expect([stored.status, stored.attributes.map((one) => one.verified)]).toEqual(['submitted', [undefined, undefined]])
})

test('a presentation of another wallet, for another template, or without the response code is not found', async () => {
  const host = await start()
  const [applicant, other] = [await logIn(host), await logIn(host)]
  const { id, responseCode } = await present(applicant)
  const notFound = { status: 404, body: { code: 'evidence_not_found' } }
  expect(await applicant.get(`/presentations/${id}`)).toMatchObject({ body: { status: 'received' } })
  expect(await applicant.post('/applications', { templateId: 1, presentations: [id] })).toMatchObject(notFound)
  expect(await applicant.post(`/presentations/${id}/complete`, { responseCode: 'x' })).toMatchObject(notFound)
  expect(await other.get(`/presentations/${id}`)).toMatchObject(notFound)
  expect(await other.post(`/presentations/${id}/complete`, { responseCode })).toMatchObject(notFound)
  expect(await applicant.post(`/presentations/${id}/complete`, { responseCode })).toMatchObject({ status: 200 })
  expect(await applicant.post(`/presentations/${id}/complete`, { responseCode })).toMatchObject(notFound)
  expect(await other.post('/applications', { templateId: 1, presentations: [id] })).toMatchObject(notFound)
  expect(await applicant.post('/applications', { templateId: 2, presentations: [id] })).toMatchObject(notFound)
  expect(await applicant.post('/applications', { templateId: 1, presentations: [id] })).toMatchObject({ status: 201 })
})

test('the result of a presentation for an application is not given to who has no wallet', async () => {
  const host = await start()
  const applicant = await logIn(host)
  const { requested } = await present(applicant)
  expect(requested.body).not.toHaveProperty('transaction')
})

test('a presentation on another device in the other format, to a template that approves nothing', async () => {
  const host = await start()
  const applicant = await logIn(host)
  const requested = await applicant.post('/presentations', { templateId: 2, flow: 'cross-device' })
  const id = String(requested.body['id'])
  expect(await applicant.get(`/presentations/${id}`)).toEqual({ status: 200, body: { id, status: 'open' } })
  const request = await fetchRequest(String(requested.body['uri']))
  await respond(request, { 'pid-2': [await presentMdoc(request, await issuePidMdoc(pki.issuer))] })
  expect(await applicant.get(`/presentations/${id}`)).toEqual({ status: 200, body: { id, status: 'verified' } })
  const { body } = await applicant.post('/applications', { templateId: 2, presentations: [id] })
  expect(await host.billfold.onboarding.applications.get(String(body['id']))).toMatchObject({ status: 'submitted' })
})

test('a refused presentation says so to the applicant, and not why', async () => {
  const host = await start()
  const applicant = await logIn(host)
  const requested = await applicant.post('/presentations', { templateId: 1, flow: 'cross-device' })
  const request = await fetchRequest(String(requested.body['uri']))
  await respond(request, { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(pki.rogue))] })
  const id = String(requested.body['id'])
  expect(await applicant.get(`/presentations/${id}`)).toEqual({ status: 200, body: { id, status: 'refused' } })
})

test('evidence can be used for a day', async () => {
  const storage = memoryStorage()
  let now = Date.now()
  const host = await start({ storage, now: () => now })
  const applicant = await logIn(host)
  const id = await presentAndComplete(applicant)
  now += 24 * 60 * 60_000
  const later = await logIn(host)
  expect(later.wallet.address).not.toBe(applicant.wallet.address)
  await host.billfold.maintain()
  now += 1
  await host.billfold.maintain()
  expect(await storage.find(presentedEvidence, { where: { id } })).toEqual([])
})

test('templates show that an attribute can be presented, and no functions', async () => {
  const host = await start()
  const reply = await fetch(`http://localhost:${host.port}/onboarding/templates/1`)
  const { template: published } = (await reply.json()) as { template: { attributes: unknown[] } }
  expect(published.attributes[0]).toEqual({
    id: 'name',
    required: true,
    schema: text,
    presentation: { query: 'pid' },
  })
  expect(published).not.toHaveProperty('approve')
})

test('a template that asks for no presentation cannot be presented to', async () => {
  const host = await start({ templates: [{ id: 3, name: 'None', attributes: [{ id: 'name', schema: text }] }] })
  const applicant = await logIn(host)
  expect(await applicant.post('/presentations', { templateId: 3, flow: 'cross-device' })).toMatchObject({ status: 400 })
  expect(await applicant.post('/presentations', { templateId: 4, flow: 'cross-device' })).toMatchObject({ status: 400 })
})

test('evidence is exported and erased with its user', async () => {
  const storage = memoryStorage()
  const host = await start({ storage })
  const applicant = await logIn(host)
  const created = await applicant.post('/users', { attributes: [{ id: 'x', data: 'y' }] })
  expect(created.status).toBe(201)
  const id = await presentAndComplete(applicant)
  const [user] = await storage.find(users)
  expect(await storage.find(identifiers)).not.toEqual([])
  const exported = await host.billfold.users.export(user?.id ?? '')
  expect(exported).toMatchObject({
    data: { presentations: [{ id, byQuery: { pid: { attributes: { given_name: 'Erika' } } } }] },
  })
  await host.billfold.users.erase(user?.id ?? '')
  expect([...(await storage.find(presentedEvidence)), ...(await storage.find(presentationRequests))]).toEqual([])
})

test('evidence of a wallet without a user is erased with the wallet', async () => {
  const storage = memoryStorage()
  const host = await start({ storage })
  const applicant = await logIn(host)
  await presentAndComplete(applicant)
  await host.billfold.onboarding.eraseWallet(applicant.wallet.signingKey.publicKey)
  expect([...(await storage.find(presentedEvidence)), ...(await storage.find(presentationRequests))]).toEqual([])
})
