import { isBillfoldError } from '@billfold/core'
import { type Applicant, createLoginWallet, decodeClaims, sendOnboardingRequest } from '../onboarding/applicant.ts'
import { formRequest, pngBytes } from '../onboarding/multipart-form.ts'
import { createOnboardingHost } from '../onboarding/onboarding-host.ts'
import type { RequestDriver } from '../request-driver.ts'
import type { RetryingClient, Scenario } from './scenario.ts'
import { serveApi } from './serve-api.ts'

/** A wallet logs in, becomes a user, and submits a document and an application, which the host reviews. */
export const onboardingScenario: Scenario = {
  name: 'onboarding: a login, a user, a document, an application that is reviewed',
  variableTables: {
    audit_records: 'a repeated action is recorded again',
    files: 'a document whose reply was lost counts in the quota of its wallet, and is purged',
    consumed_nonces: 'a challenge that was answered is used, whether the answer came or not',
  },
  prepare: async (stage, watch) => {
    const { storage, ...more } = stage
    const made = await createOnboardingHost(storage, {}, more)
    const { applications } = made.billfold.onboarding
    const { driver, close } = await serveApi(made.billfold.onboarding)
    const client = watch(driver)
    return {
      secrets: ['Lovelace'],
      run: async (patient) => {
        const applicant = await logIn(patient, client)
        const { retry } = patient
        const user = await retry(() => applicant.send('POST', '/users', formRequest(attributes)))
        if (user.status !== 201 && user.body.code !== 'user_exists') throw new Error(`no user: ${user.text}`)
        const { body } = await retry(() =>
          applicant.send('POST', '/files', formRequest({ name: 'file', content: pngBytes() })),
        )
        const json = {
          templateId: 1,
          attributes: [{ id: 'name', data: { value: { first: 'Ada', last: 'Lovelace' } } }],
          files: [body.id],
        }
        const headers = { 'idempotency-key': `${stage.tenant}-application` }
        const sent = await retry(() => applicant.send('POST', '/applications', { headers, json }))
        if (sent.status !== 201) throw new Error(`no application: ${sent.text}`)
        await retry(() =>
          applications
            .transition(sent.body.id, { to: 'in_review', by: 'reviewer-7' })
            .then(() => ({ status: 200 }))
            .catch((error: unknown) => {
              if (isBillfoldError(error, 'application.invalid-transition')) return { status: 409 }
              throw error
            }),
        )
        const seen = await retry(() => applicant.send('GET', `/applications/${sent.body.id}`))
        if (seen.body.application?.status !== 'in_review') throw new Error(`not in review: ${seen.text}`)
        const read = await retry(() => applicant.send('GET', `/files/${body.id}`))
        if (read.headers['content-length'] !== '1000') throw new Error('the document is not whole')
      },
      findProblems: async () => {
        const [blobs, table] = [await made.blobCount(), (await applications.list({})).length]
        return table === 1 && blobs >= 1 ? [] : [`${table} applications, ${blobs} blobs`]
      },
      close: async () => {
        await close()
        await made.drop()
      },
    }
  },
}

const attributes = {
  name: 'attributes',
  type: 'application/json',
  content: JSON.stringify([{ id: 'http://attribute.example/name', data: { value: { last: 'Lovelace' } } }]),
}

/** Logs in. After a lost reply it requests a new challenge, since the old one may be consumed. */
async function logIn({ retry }: RetryingClient, client: RequestDriver): Promise<Applicant> {
  const wallet = createLoginWallet()
  for (let attempt = 0; attempt < 10; attempt++) {
    const { body: challenge } = await retry(() => sendOnboardingRequest(client, 'GET', '/auth/challenge'))
    const signature = await wallet.signMessage(decodeClaims(challenge.jwt).nonce)
    const headers = { authorization: `Bearer ${challenge.jwt}` }
    const { status, body } = await retry(() =>
      sendOnboardingRequest(client, 'POST', '/auth/challenge', { headers, json: { signature } }),
    )
    if (status === 200) {
      const authorization = `Bearer ${body.jwt}`
      return {
        wallet,
        jwt: body.jwt,
        send: (method, path, sent = {}) =>
          sendOnboardingRequest(client, method, path, { ...sent, headers: { authorization, ...sent.headers } }),
      }
    }
    if (status !== 401) throw new Error(`no login: ${status}`)
  }
  throw new Error('no login')
}
