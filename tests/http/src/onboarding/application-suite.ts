import { describe, expect, it } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { type Applicant, decodeClaims, logInApplicant } from './applicant.ts'
import { attributesPart, formRequest, pngBytes } from './multipart-form.ts'
import type { OnboardingHost } from './onboarding-host.ts'

const name = { id: 'name', data: { value: { first: 'Ann', last: 'Lee' } } }

/** The suite of applications, browser logins and erasure of the onboarding API over HTTP. */
export function applicationSuite(client: MountedClient, host: () => OnboardingHost): void {
  const upload = async (applicant: Applicant, content: Uint8Array = pngBytes()): Promise<string> =>
    (await applicant.send('POST', '/files', formRequest({ name: 'file', content }))).body.fileId

  describe('applications', () => {
    it('are submitted, visible to their wallet only, and transitioned by the host', async () => {
      const applicant = await logInApplicant(client)
      const stranger = await logInApplicant(client)
      const fileId = await upload(applicant)
      const attributes = [
        name,
        { id: 'http://schemas.example/passport', data: { value: { image: await upload(applicant) } } },
      ]
      const json = { templateId: 1, attributes, files: [{ id: fileId }] }
      const made = await applicant.send('POST', '/applications', { json })
      expect(made).toMatchObject({ status: 201, body: { message: 'Application Created', id: expect.any(String) } })
      const { id } = made.body
      const { applications } = host().billfold.onboarding
      await applications.transition(id, { to: 'in_review', by: 'reviewer-7' })
      await applications.transition(id, { to: 'returned_for_changes', note: 'Another picture, please.' })
      const seen = await applicant.send('GET', `/applications/${id}`)
      expect(seen.body.application).toMatchObject({
        id,
        templateId: 1,
        status: 'returned_for_changes',
        note: 'Another picture, please.',
        attributes,
      })
      expect(seen.body.application.files).toHaveLength(2)
      expect((await applicant.send('GET', '/applications')).body.applications).toMatchObject([{ id }])
      expect((await stranger.send('GET', '/applications')).body.applications).toEqual([])
      expect((await stranger.send('GET', `/applications/${id}`)).status).toBe(404)
      await expect(applications.transition(id, { to: 'approved' })).rejects.toMatchObject({
        code: 'application.invalid-transition',
      })
    })

    it('are rejected with all errors at once', async () => {
      const applicant = await logInApplicant(client)
      const stranger = await logInApplicant(client)
      const theirs = await upload(stranger)
      const pdf = await upload(applicant, Buffer.from(`%PDF-1.7${' '.repeat(100)}`))
      const json = {
        templateId: 1,
        attributes: [
          { id: 'name', data: { value: { first: '', other: 1 } } },
          { id: 'name', data: { value: { first: 'A', last: 'B' } } },
          { id: 'unasked', data: { value: 1 } },
        ],
        files: [theirs, pdf],
      }
      const { status, body } = await applicant.send('POST', '/applications', { json })
      expect(status).toBe(400)
      const paths = body.errors.map((error: { path: string; message: string }) => `${error.path}: ${error.message}`)
      expect(paths.sort()).toEqual(
        [
          'attributes.0.data.value.first: must NOT have fewer than 1 characters',
          'attributes.0.data.value.last: is required',
          'attributes.0.data.value: must NOT have additional properties',
          'attributes.1: Duplicate attribute',
          'attributes.2: The template does not request this attribute',
          `files: File ${pdf} has an unsupported type`,
          `files: File ${theirs} does not exist`,
        ].sort(),
      )
      const unknown = await applicant.send('POST', '/applications', { json: { templateId: 9 } })
      expect(unknown).toMatchObject({ status: 400, body: { errors: [{ path: 'templateId' }] } })
      const none = await applicant.send('POST', '/applications', { json: { templateId: '1' } })
      expect(none.body.errors).toEqual([{ path: 'attributes', message: 'Attribute name is required' }])
    })

    it('with a document that was not uploaded are rejected', async () => {
      const applicant = await logInApplicant(client)
      const attributes = [name, { id: 'passport', data: { image: '$document-1' } }]
      const reply = await applicant.send('POST', '/applications', { json: { templateId: 1, attributes } })
      expect(reply).toMatchObject({ status: 400, body: { errors: [{ path: '$document-1', message: 'is missing' }] } })
    })

    it('are changed by their wallet until they are in review, and again when they are returned', async () => {
      const applicant = await logInApplicant(client)
      const stranger = await logInApplicant(client)
      const made = await applicant.send('POST', '/applications', { json: { templateId: 1, attributes: [name] } })
      const path = `/applications/${made.body.id}`
      const change = (last: unknown, by = applicant) =>
        by.send('PATCH', path, { json: { attributes: [{ id: 'name', data: { first: 'Ann', last } }] } })
      const { applications } = host().billfold.onboarding
      expect((await change('Poe')).body.application.attributes).toMatchObject([{ data: { value: { last: 'Poe' } } }])
      expect((await change(1)).status).toBe(400)
      expect((await change('Poe', stranger)).status).toBe(404)
      await applications.transition(made.body.id, { to: 'in_review' })
      expect(await change('Roe')).toMatchObject({ status: 409, body: { code: 'application_invalid_transition' } })
      await applications.transition(made.body.id, { to: 'returned_for_changes' })
      expect((await change('Roe')).body.application).toMatchObject({ status: 'submitted', currentStatus: 1 })
      expect((await applications.get(made.body.id)).attributes).toMatchObject([{ data: { value: { last: 'Roe' } } }])
    })

    it('are withdrawn by their wallet, once', async () => {
      const applicant = await logInApplicant(client)
      const made = await applicant.send('POST', '/applications', { json: { templateId: 1, attributes: [name] } })
      const withdraw = (code: number) =>
        applicant.send('POST', `/applications/${made.body.id}/change_status`, { json: { code, note: 'Not now' } })
      expect((await withdraw(2)).status).toBe(400)
      expect((await withdraw(8)).body.application).toMatchObject({ status: 'withdrawn', currentStatus: 8 })
      expect((await withdraw(8)).status).toBe(409)
      const { applications } = host().billfold.onboarding
      await expect(applications.transition(made.body.id, { to: 'in_review' })).rejects.toMatchObject({
        code: 'application.invalid-transition',
      })
    })

    it('have messages of the applicant and of the host, each exactly once when posted at the same time', async () => {
      const applicant = await logInApplicant(client)
      const stranger = await logInApplicant(client)
      const made = await applicant.send('POST', '/applications', { json: { templateId: 1, attributes: [name] } })
      const path = `/applications/${made.body.id}/chat`
      const { applications } = host().billfold.onboarding
      const texts = Array.from({ length: 6 }, (_, index) => `message ${index}`)
      await Promise.all(texts.map((message) => applicant.send('POST', path, { json: { message } })))
      await applications.postMessage(made.body.id, { text: 'Answer', by: 'reviewer-7' })
      const { body } = await applicant.send('GET', path)
      expect(body.map(({ message }: { message: string }) => message).sort()).toEqual(['Answer', ...texts])
      expect(body.at(-1)).toMatchObject({ user: { name: 'Reviewer' }, roles: ['reviewer'] })
      expect((await stranger.send('GET', path)).status).toBe(404)
      expect((await stranger.send('POST', path, { json: { message: 'x' } })).status).toBe(404)
      expect((await applicant.send('POST', path, { json: { message: '' } })).status).toBe(400)
    })

    it('have at most 50,000 characters of messages of the applicant, who uses up none of the host', async () => {
      const applicant = await logInApplicant(client)
      const made = await applicant.send('POST', '/applications', { json: { templateId: 1, attributes: [name] } })
      const post = async (length: number): Promise<number> => {
        const json = { message: 'x'.repeat(length) }
        return (await applicant.send('POST', `/applications/${made.body.id}/chat`, { json })).status
      }
      for (let count = 0; count < 12; count++) expect(await post(4000)).toBe(200)
      expect([await post(2001), await post(2000), await post(1)]).toEqual([429, 200, 429])
      await host().billfold.onboarding.applications.postMessage(made.body.id, { text: 'Answer', by: 'reviewer-7' })
      const { body } = await applicant.send('GET', `/applications/${made.body.id}/chat`)
      expect(body.at(-1)).toMatchObject({ message: 'Answer' })
    })

    it('are listed in pages, newest first', async () => {
      const applicant = await logInApplicant(client)
      const ids: string[] = []
      for (let count = 0; count < 13; count++) {
        const made = await applicant.send('POST', '/applications', { json: { templateId: 1, attributes: [name] } })
        ids.unshift(made.body.id)
      }
      const list = async (query: string): Promise<readonly string[]> => {
        const { body } = await applicant.send('GET', `/applications?${query}`)
        return body.applications.map(({ id }: { id: string }) => id)
      }
      expect(await list('size=12')).toEqual(ids.slice(0, 12))
      expect(await list('size=7&page=2')).toEqual(ids.slice(7))
      expect(await list('size=5&page=1')).toEqual(ids.slice(0, 5))
      expect(await list('size=100')).toEqual(ids)
    })

    it('have at most 20 payments, each transaction once', async () => {
      const applicant = await logInApplicant(client)
      const made = await applicant.send('POST', '/applications', { json: { templateId: 1, attributes: [name] } })
      const pay = (transactionHash: string) =>
        applicant.send('POST', `/applications/${made.body.id}/payments`, { json: { transactionHash } })
      for (let index = 0; index < 20; index++) await pay(`0x${index}`)
      expect((await pay('0x0')).body.application.payments.transactionHashes).toHaveLength(20)
      expect(await pay('0x20')).toMatchObject({ status: 429, body: { code: 'application_limit_reached' } })
      expect((await pay('<script>')).status).toBe(400)
    })

    it('are created once per idempotency key', async () => {
      const applicant = await logInApplicant(client)
      const headers = { 'idempotency-key': 'k-1' }
      const json = { templateId: 1, attributes: [name] }
      const first = await applicant.send('POST', '/applications', { headers, json })
      const second = await applicant.send('POST', '/applications', { headers, json })
      expect(second).toMatchObject({ status: 201, body: first.body })
      const other = { ...json, templateId: 'two', attributes: [] }
      expect(await applicant.send('POST', '/applications', { headers, json: other })).toMatchObject({
        status: 422,
        body: { code: 'idempotency_key_reused' },
      })
      const stranger = await logInApplicant(client)
      const theirs = await stranger.send('POST', '/applications', { headers, json })
      expect(theirs.body.id).not.toBe(first.body.id)
    })
  })

  describe('a browser login', () => {
    const ticketFor = async (headers: Record<string, string> = {}) => {
      const applicant = await logInApplicant(client)
      const { body: user } = await applicant.send('POST', '/users', { json: { attributes: [] } })
      const reply = await applicant.send('POST', '/login', { headers, json: { token: user.token } })
      const { status, body } = reply
      expect(status).toBe(200)
      expect(body.redirectTo).toBe(body.redirectUrl)
      const [cookie] = String(reply.headers['set-cookie'] ?? '').split(';')
      return { url: new URL(body.redirectUrl), userId: decodeClaims(user.token).sub, cookie }
    }
    const startLogin = async (url: URL, headers: Record<string, string> = {}) => {
      const page = await client.requestHost('GET', url.pathname + url.search, { headers })
      const [cookie = ''] = String(page.headers['set-cookie']).split(';')
      const value = (field: string): string => new RegExp(`name="${field}" value="([^"]+)"`).exec(page.text)?.[1] ?? ''
      return { page, cookie, ticket: value('ticket'), binding: value('binding') }
    }
    const submit = (cookie: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
      client.request('POST', '/login/complete', {
        headers: { 'content-type': 'application/x-www-form-urlencoded', cookie, ...headers },
        body: new URLSearchParams(fields).toString(),
      })

    it('shows a page that consumes nothing, and succeeds once', async () => {
      const { url, userId } = await ticketFor()
      expect(url.origin).toBe(`http://127.0.0.1:${client.port}`)
      expect(url.pathname).toBe(`${client.mounting.prefix}/login/complete`)
      await startLogin(url)
      const { page, cookie, ticket, binding } = await startLogin(url)
      expect(page.status).toBe(200)
      expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/)
      expect(page.headers['set-cookie']?.[0]).toContain(`Path=${client.mounting.prefix}/login;`)
      expect(page.text).not.toContain(userId)
      const done = await submit(`other=1; ${cookie}`, { ticket, binding })
      expect(done).toMatchObject({ status: 303, headers: { location: '/welcome' } })
      expect(done.headers['set-cookie']).toEqual(['session=1; HttpOnly', 'second=2'])
      expect(host().logins.filter((id) => id === userId)).toHaveLength(1)
      expect((await submit(cookie, { ticket, binding })).status).toBe(401)
    })

    it('is bound to the browser and the page of the login', async () => {
      const { url } = await ticketFor()
      const mine = await startLogin(url)
      const theirs = await startLogin(url)
      const { ticket, binding } = mine
      expect((await submit(theirs.cookie, { ticket, binding })).status).toBe(401)
      expect((await submit('', { ticket, binding })).status).toBe(401)
      expect((await submit(mine.cookie, { ticket, binding }, { 'sec-fetch-site': 'cross-site' })).status).toBe(401)
      expect((await submit(mine.cookie, { ticket, binding: theirs.binding })).status).toBe(401)
      expect((await submit(mine.cookie, { ticket, binding }, { 'sec-fetch-site': 'same-origin' })).status).toBe(303)
    })

    it('asks in a browser that did not request the ticket, whatever it reports, and names the account', async () => {
      const { url } = await ticketFor()
      for (const site of [undefined, 'none', 'cross-site', 'same-site', 'same-origin']) {
        const { page } = await startLogin(url, site === undefined ? {} : { 'sec-fetch-site': site })
        expect(page.status).toBe(200)
        expect(page.text).toMatch(/<button>Sign in as <bdi>wallet [!-;=-~]{8}…[!-;=-~]{6}<\/bdi><\/button>/)
        expect(page.text).not.toContain('script')
        expect(page.headers['content-security-policy']).not.toContain('script')
      }
    })

    it('asks again after a reload of the page that asks', async () => {
      const { url } = await ticketFor()
      const { cookie } = await startLogin(url)
      expect((await startLogin(url, { cookie })).page.text).toContain('<button>Sign in as')
    })

    it('submits itself in the browser that requested the ticket, and not if another site opens it there', async () => {
      const { url, cookie = '' } = await ticketFor({ 'sec-fetch-site': 'same-origin' })
      const own = await startLogin(url, { cookie, 'sec-fetch-site': 'same-origin' })
      expect(own.page.text).toContain('<script>document.forms[0].submit()</script>')
      expect(own.page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'sha256-[^']+';/)
      expect((await startLogin(url, { cookie, 'sec-fetch-site': 'cross-site' })).page.text).toContain(
        '<button>Sign in as',
      )
      const other = await ticketFor({ 'sec-fetch-site': 'same-origin' })
      expect((await startLogin(other.url, { cookie })).page.text).toContain('<button>Sign in as')
      expect((await submit(own.cookie, { ticket: own.ticket, binding: own.binding })).status).toBe(303)
      expect((await startLogin(url, { cookie })).page.status).toBe(401)
    })

    it('gives the cookie of a requester to a browser of this origin only', async () => {
      for (const site of ['none', 'cross-site', 'same-site'])
        expect((await ticketFor({ 'sec-fetch-site': site })).cookie).toBe('')
      expect((await ticketFor()).cookie).toBe('')
    })

    it("requires a token of the wallet's own user", async () => {
      const applicant = await logInApplicant(client)
      const other = await logInApplicant(client)
      const { body } = await other.send('POST', '/users', { json: { attributes: [] } })
      expect((await applicant.send('POST', '/login', { json: { token: body.token } })).status).toBe(404)
      await applicant.send('POST', '/users', { json: { attributes: [] } })
      expect((await applicant.send('POST', '/login', { json: { token: body.token } })).status).toBe(401)
      expect((await applicant.send('POST', '/login', { json: {} })).status).toBe(400)
      expect((await client.request('GET', '/login/complete?ticket="><script>')).status).toBe(400)
    })
  })

  describe('a user', () => {
    it('is exported and erased with files and applications', async () => {
      const { billfold, blobCount, rowCount } = host()
      const blobs = await blobCount()
      const rows = await Promise.all(['files', 'applications', 'profiles', 'file_quotas'].map(rowCount))
      const applicant = await logInApplicant(client)
      const parts = [attributesPart('$document-1'), { name: '$document-1', content: pngBytes() }] as const
      const { body } = await applicant.send('POST', '/users', formRequest(...parts))
      const json = { templateId: 1, attributes: [name], files: [await upload(applicant)] }
      await applicant.send('POST', '/applications', { json })
      const id = decodeClaims(body.token).sub
      const known = await billfold.users.export(id)
      expect(known).toMatchObject({
        user: { id },
        data: { onboarding: { files: [{}, {}], applications: [{ status: 'submitted' }] } },
      })
      expect(JSON.stringify(known)).toContain('Lee')
      await billfold.users.erase(id)
      expect(await blobCount()).toBe(blobs)
      expect(await Promise.all(['files', 'applications', 'profiles', 'file_quotas'].map(rowCount))).toEqual(rows)
      expect((await applicant.send('GET', '/auth/token')).status).toBe(404)
      expect((await applicant.send('GET', '/applications')).body.applications).toEqual([])
      const left = await billfold.users.export(id)
      expect(left).toMatchObject({ user: { id, reference: null }, identifiers: [] })
      expect(left.audit.map(({ action }) => action)).toContain('user.erased')
      expect(JSON.stringify(left)).not.toContain('Lee')
      await billfold.users.erase(id)
      expect((await applicant.send('POST', '/users', { json: { attributes: [] } })).status).toBe(201)
    })
  })
}
