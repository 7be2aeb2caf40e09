import { type ApplicationTemplate, isBillfoldError, localKeyring, newKey } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { credentials } from '../credentials.ts'
import { eudiPid } from './queries/eudi-pid.ts'
import { logIn } from '../test-fixtures/applicant.ts'
import { encryptResponse, fetchRequest, issuePidSdJwt, postForm, presentSdJwt } from '../test-fixtures/test-wallet.ts'
import {
  createStatusServer,
  createTestPki,
  startVerifier,
  type TestPki,
  type VerifierHost,
} from '../test-fixtures/verifier-host.ts'

/** Responses at once, half to each process. A thousand were tried on every database; this many find the same race. */
const responses = 60

const template: ApplicationTemplate = {
  id: 1,
  name: 'Account',
  attributes: [
    {
      id: 'name',
      required: true,
      schema: { type: 'string' },
      presentation: { query: eudiPid, value: ({ given_name: name }) => name },
    },
  ],
  approve: () => true,
}

describe.each(await listTestDatabases())('a verifier in two processes on $name', (database) => {
  const hosts: VerifierHost[] = []
  let pki: TestPki
  let drop: () => Promise<void> = async () => {}

  beforeAll(async () => {
    pki = await createTestPki()
    const fresh = await database.create()
    drop = fresh.drop
    const { dialect } = database
    const keyring = localKeyring({ keys: { k: newKey() }, currentKeyId: 'k' })
    const { fetch } = createStatusServer(pki.issuer)
    const modules = [credentials({})] as const
    for (const db of [fresh.connect(), fresh.connect()]) {
      await migrate(db, { dialect, modules })
      const storage = kyselyStorage(db, { dialect })
      await storage.verify({ modules })
      const [first] = hosts
      const url = first && { publicUrl: first.publicUrl }
      hosts.push(await startVerifier(pki, { storage, keyring, fetch, templates: [template], ...url }))
    }
  })
  afterAll(async () => {
    for (const host of hosts) host.close()
    await drop()
  })

  const at = (index: number): VerifierHost => {
    const host = hosts[index % hosts.length]
    if (host === undefined) throw new Error('nothing was started')
    return host
  }
  const race = <T>(count: number, operation: (index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => operation(index)))

  test(`takes one of ${responses} responses to a request, and gives its result once`, async () => {
    const created = await at(0).verifier.request({ query: 'pid', flow: 'same-device' })
    const request = await fetchRequest(created.uri ?? '')
    const held = await issuePidSdJwt(pki.issuer)
    const vpToken = { 'pid-1': [await presentSdJwt(request, held)] }
    const response = await encryptResponse(request, { vp_token: vpToken, state: request.state })
    const refused = await encryptResponse(request, { vp_token: {}, state: request.state })
    const path = new URL(String(request.response_uri)).pathname
    const replies = await race(responses, (index) =>
      postForm(`http://localhost:${at(index).port}${path}`, { response: index % 3 === 2 ? refused : response }),
    )
    const taken = replies.filter(({ status }) => status === 200)
    expect(taken.length).toBeLessThanOrEqual(1)
    const records = await at(0).billfold.audit.search({ subject: created.id })
    expect(records.records.filter(({ action }) => action !== 'presentation.requested')).toHaveLength(1)
    const [winner] = taken
    const { transaction } = created
    if (winner === undefined) {
      expect(await at(1).verifier.result({ transaction })).toMatchObject({ status: 'refused', code: 'query.missing' })
      return
    }
    const responseCode = new URL(String(winner.body['redirect_uri'])).searchParams.get('response_code') ?? ''
    const results = await race(20, (index) =>
      at(index)
        .verifier.result({ transaction, responseCode })
        .then(({ status }) => status)
        .catch((error: unknown) => {
          if (isBillfoldError(error)) return error.code
          throw error
        }),
    )
    expect(results.filter((one) => one === 'verified')).toHaveLength(1)
    expect(new Set(results)).toEqual(new Set(['verified', 'presentation-request.not-found']))
  })

  test('gives each of many requests, answered at once through both, its own result', async () => {
    const held = await issuePidSdJwt(pki.issuer)
    const statuses = await race(10, async (index) => {
      const created = await at(index).verifier.request({ query: 'pid', flow: 'cross-device' })
      const request = await fetchRequest(created.uri ?? '')
      const vpToken = { 'pid-1': [await presentSdJwt(request, held)] }
      const response = await encryptResponse(request, { vp_token: vpToken, state: request.state })
      const path = new URL(String(request.response_uri)).pathname
      await postForm(`http://localhost:${at(index + 1).port}${path}`, { response })
      return (await at(index).verifier.result(created)).status
    })
    expect(new Set(statuses)).toEqual(new Set(['verified']))
  })

  test('completes a presentation once, and uses its evidence in one application', async () => {
    const applicant = await logIn(at(0))
    const requested = await applicant.post('/presentations', { templateId: 1, flow: 'same-device' })
    const id = String(requested.body['id'])
    const request = await fetchRequest(String(requested.body['uri']))
    const vpToken = { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(pki.issuer))] }
    const { body } = await postForm(String(request.response_uri), {
      response: await encryptResponse(request, { vp_token: vpToken, state: request.state }),
    })
    const responseCode = new URL(String(body['redirect_uri'])).searchParams.get('response_code')
    const through = (index: number) => applicant.at(at(index).port)
    const completed = await race(10, (index) => through(index).post(`/presentations/${id}/complete`, { responseCode }))
    expect(completed.filter(({ status }) => status === 200)).toHaveLength(1)
    const submitted = await race(10, (index) =>
      through(index).post('/applications', { templateId: 1, presentations: [id] }),
    )
    expect(submitted.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(new Set(submitted.map(({ status }) => status))).toEqual(new Set([201, 409]))
    const applications = await at(1).billfold.onboarding.applications.list({ status: 'approved' })
    expect(applications).toHaveLength(1)
  })
})
