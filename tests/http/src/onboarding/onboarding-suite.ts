import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { type Applicant, createLoginWallet, decodeClaims, logInApplicant, sendOnboardingRequest } from './applicant.ts'
import {
  attributesPart,
  encodeForm,
  type FormPart,
  formRequest,
  formType,
  jpegBytes,
  pngBytes,
} from './multipart-form.ts'
import type { OnboardingHost } from './onboarding-host.ts'

const name = { id: 'name', data: { value: { first: 'Ann', last: 'Lee' } } }

/** The suite of the onboarding API over HTTP. */
export function onboardingSuite(client: MountedClient, host: () => OnboardingHost): void {
  const keep = async (applicant: Applicant, content: Uint8Array = pngBytes()): Promise<string> =>
    (await applicant.send('POST', '/files', formRequest({ name: 'file', content }))).body.fileId

  describe('login', () => {
    it('accepts a signature of the nonce once', async () => {
      const { body } = await sendOnboardingRequest(client, 'GET', '/auth/challenge')
      const { nonce, challenge, exp, iat } = decodeClaims(body.jwt)
      expect(challenge).toBe(nonce)
      expect(exp - iat).toBe(300)
      const wallet = createLoginWallet()
      const signature = await wallet.signMessage(nonce)
      const headers = {
        authorization: `Bearer ${body.jwt}`,
        'user-agent': 'SelfkeyIDW/1.2.3',
        origin: 'IDW',
      }
      const first = await sendOnboardingRequest(client, 'POST', '/auth/challenge', { headers, json: { signature } })
      expect(first.status).toBe(200)
      expect(decodeClaims(first.body.jwt)).toMatchObject({
        sub: wallet.signingKey.publicKey.slice(4),
        wallet: wallet.address.toLowerCase(),
      })
      const second = await sendOnboardingRequest(client, 'POST', '/auth/challenge', { headers, json: { signature } })
      expect(second).toMatchObject({ status: 401, body: { code: 'login_failed', message: expect.any(String) } })
    })

    it('accepts a challenge for one wallet, and a DID with the signature', async () => {
      const wallet = createLoginWallet()
      const did = `did:ethr:${wallet.address}`
      for (const named of [wallet.address, wallet.signingKey.compressedPublicKey, encodeURIComponent(did)]) {
        const { body } = await sendOnboardingRequest(client, 'GET', `/auth/challenge/${named}`)
        const json = {
          signature: { value: await wallet.signMessage(decodeClaims(body.jwt).nonce), keyId: `${did}#keys-1` },
        }
        const headers = { authorization: `Bearer ${body.jwt}` }
        const answered = await sendOnboardingRequest(client, 'POST', '/auth/challenge', { headers, json })
        expect(decodeClaims(answered.body.jwt).did).toBe(did)
      }
      expect((await sendOnboardingRequest(client, 'GET', '/auth/challenge/nobody')).status).toBe(400)
    })

    it.each([
      ['nothing', {}],
      ['a truncated signature', { signature: `0x${'1'.repeat(128)}` }],
      ['a number', { signature: 1 }],
      ['a signature with a v of 1f', { signature: `0x${'1'.repeat(128)}1f` }],
      ['a key id that is missing', { signature: { value: `0x${'1'.repeat(128)}1b` } }],
    ])('returns 400 for %s', async (_what, json) => {
      const { body } = await sendOnboardingRequest(client, 'GET', '/auth/challenge')
      const headers = { authorization: `Bearer ${body.jwt}` }
      const answered = await sendOnboardingRequest(client, 'POST', '/auth/challenge', { headers, json })
      expect(answered).toMatchObject({ status: 400, body: { code: 'input_invalid', errors: [{}] } })
    })

    it('accepts each token for its own purpose only', async () => {
      const applicant = await logInApplicant(client)
      const { body: challenge } = await sendOnboardingRequest(client, 'GET', '/auth/challenge')
      await applicant.send('POST', '/users', { json: { attributes: [] } })
      const { body: user } = await applicant.send('GET', '/auth/token')
      const [header, payload, mac] = applicant.jwt.split('.')
      const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'wallet+jwt', kid: 'k1' })).toString('base64url')
      const forged = [challenge.jwt, user.token, `${none}.${payload}.`, `${header}.${payload}.${mac?.slice(0, -4)}AAAA`]
      for (const jwt of [...forged, 'x', '']) {
        const answered = await sendOnboardingRequest(client, 'GET', '/auth/token', {
          headers: { authorization: `Bearer ${jwt}` },
        })
        expect(answered.status).toBe(401)
      }
      expect((await sendOnboardingRequest(client, 'GET', '/auth/token')).status).toBe(401)
      const asChallenge = { authorization: `Bearer ${applicant.jwt}` }
      const json = { signature: await applicant.wallet.signMessage('x') }
      expect(
        (await sendOnboardingRequest(client, 'POST', '/auth/challenge', { headers: asChallenge, json })).status,
      ).toBe(401)
      expect((await applicant.send('POST', '/login', { json: { token: applicant.jwt } })).status).toBe(401)
    })
  })

  describe('users', () => {
    it('are created from attributes and documents in any order', async () => {
      const applicant = await logInApplicant(client)
      expect((await applicant.send('GET', '/auth/token')).status).toBe(404)
      const made = await applicant.send(
        'POST',
        '/users',
        formRequest(
          { name: '$document-2', content: jpegBytes(), type: 'image/jpeg' },
          attributesPart('$document-1', '$document-2'),
          { name: '$document-1', content: pngBytes(150_000), type: 'image/jpeg' },
        ),
      )
      expect(made).toMatchObject({ status: 201, body: { message: 'User Created Successfully' } })
      const id = decodeClaims(made.body.token).sub
      const known = await host().billfold.users.export(id)
      expect(known.identifiers).toMatchObject([{ kind: 'public-key', verifiedBy: 'signature' }])
      expect(known.data['onboarding']).toMatchObject({
        files: [
          { type: 'image/jpeg', bytes: 1000 },
          { type: 'image/png', bytes: 150_000 },
        ],
      })
      const again = await applicant.send('POST', '/users', formRequest(attributesPart()))
      expect(again).toMatchObject({ status: 400, body: { code: 'user_exists' } })
      expect(decodeClaims((await applicant.send('GET', '/auth/token')).body.token).sub).toBe(id)
    })

    it('are created from JSON with uploaded files and attributes as text', async () => {
      const applicant = await logInApplicant(client)
      const sent = await applicant.send('POST', '/users/file', formRequest({ name: 'document', content: pngBytes() }))
      expect(sent).toMatchObject({ status: 200, body: { fileId: sent.body.id } })
      const attributes = JSON.stringify([{ id: 'a', data: { value: { image: sent.body.id } } }])
      const json = { attributes, meta: { language: 'en' } }
      expect((await applicant.send('POST', '/users', { json })).status).toBe(201)
    })

    it.each<readonly [string, readonly FormPart[], string]>([
      ['a document that was not sent', [attributesPart('$document-1')], '$document-1'],
      ['an unreferenced document', [attributesPart(), { name: '$document-1', content: pngBytes() }], '$document-1'],
      ['no attributes', [{ name: '$document-1', content: pngBytes() }], 'attributes'],
      [
        'a document twice',
        [
          attributesPart('$document-1'),
          { name: '$document-1', content: pngBytes() },
          { name: '$document-1', content: pngBytes() },
        ],
        '$document-1',
      ],
      ['attributes twice', [attributesPart(), attributesPart()], 'attributes'],
      ['an unknown part', [attributesPart(), { name: 'other', content: 'x' }], 'other'],
      ['attributes that are not JSON', [{ name: 'attributes', content: '[{' }], 'attributes'],
      ['attributes that are not a list', [{ name: 'attributes', content: '{}' }], 'attributes'],
      ['an attribute without an id', [{ name: 'attributes', content: '[{"data":{"value":1}}]' }], 'attributes.0.id'],
    ])('with %s are rejected by field name and leave nothing', async (_what, parts, path) => {
      const blobs = await host().blobCount()
      const rows = await host().rowCount('files')
      const applicant = await logInApplicant(client)
      const answered = await applicant.send('POST', '/users', formRequest(...parts))
      expect(answered).toMatchObject({ status: 400, body: { code: 'input_invalid' } })
      expect(answered.body.errors.map((error: { path: string }) => error.path)).toContain(path)
      expect(await host().blobCount()).toBe(blobs)
      expect(await host().rowCount('files')).toBe(rows)
      expect((await applicant.send('GET', '/auth/token')).status).toBe(404)
    })

    const documents = [attributesPart('$document-1'), { name: '$document-1', content: pngBytes() }]
    it.each<readonly [string, number, Uint8Array]>([
      ['that do not end', 400, encodeForm(documents, '')],
      ['that are cut off in a document', 400, encodeForm(documents).subarray(0, 700)],
      [
        'nested in another',
        400,
        encodeForm([
          documents[0] ?? attributesPart(),
          {
            name: '$document-1',
            content: pngBytes(),
            headers: 'Content-Disposition: form-data; name="$document-1"\r\nContent-Type: multipart/mixed; boundary=x',
          },
        ]),
      ],
      [
        'that are declared as PNG but are not',
        415,
        encodeForm([
          attributesPart('$document-1'),
          { name: '$document-1', content: 'GIF89a and so on, for longer', type: 'image/png' },
        ]),
      ],
      ['that are empty', 415, encodeForm([attributesPart('$document-1'), { name: '$document-1', content: '' }])],
      [
        'that are too large',
        413,
        encodeForm([attributesPart('$document-1'), { name: '$document-1', content: pngBytes(250_000) }]),
      ],
      [
        'that are too many',
        400,
        encodeForm([
          attributesPart(),
          ...Array.from({ length: 21 }, (_, index) => ({ name: `$document-${index}`, content: pngBytes(20) })),
        ]),
      ],
      ['without a boundary', 400, Buffer.from('hello')],
    ])('with parts %s are rejected and leave nothing', async (_what, status, body) => {
      const blobs = await host().blobCount()
      const rows = await host().rowCount('files')
      const applicant = await logInApplicant(client)
      expect((await applicant.send('POST', '/users', { headers: formType, body })).status).toBe(status)
      expect(await host().blobCount()).toBe(blobs)
      expect(await host().rowCount('files')).toBe(rows)
    })
  })

  describe('files', () => {
    it('are readable by their own wallet only', async () => {
      const applicant = await logInApplicant(client)
      const stranger = await logInApplicant(client)
      const id = await keep(applicant, pngBytes(190_000))
      const read = await applicant.send('GET', `/files/${id}`)
      expect(read).toMatchObject({
        status: 200,
        headers: { 'content-type': 'image/png', 'content-length': '190000', 'content-disposition': 'attachment' },
      })
      expect(read.text).toBe(Buffer.from(pngBytes(190_000)).toString('utf8'))
      const unknown = await stranger.send('GET', '/files/file-00000000-0000-7000-8000-000000000000')
      const theirs = await stranger.send('GET', `/files/${id}`)
      expect(theirs).toMatchObject({ status: 404, body: unknown.body })
      expect((await stranger.send('GET', '/files/..%2f..%2fetc')).status).toBe(404)
    })

    it('are accepted as base64 in JSON', async () => {
      const applicant = await logInApplicant(client)
      const file = Buffer.from(pngBytes(3000)).toString('base64')
      const { status, body } = await applicant.send('POST', '/files', { json: { file } })
      expect(status).toBe(200)
      expect((await applicant.send('GET', `/files/${body.id}`)).headers['content-length']).toBe('3000')
      expect((await applicant.send('POST', '/files', { json: { file: 'no base64!' } })).status).toBe(400)
      expect((await applicant.send('POST', '/files', { json: {} })).status).toBe(400)
      expect((await applicant.send('POST', '/files', { json: { file: 'aGVsbG8gd29ybGQ=' } })).status).toBe(415)
    })

    it('are accepted one per request, from an authenticated wallet', async () => {
      const applicant = await logInApplicant(client)
      const two = formRequest({ name: 'file', content: pngBytes() }, { name: 'document', content: pngBytes() })
      expect((await applicant.send('POST', '/files', two)).status).toBe(400)
      expect((await applicant.send('POST', '/files', formRequest())).status).toBe(400)
      expect(
        (await sendOnboardingRequest(client, 'POST', '/files', formRequest({ name: 'file', content: pngBytes() })))
          .status,
      ).toBe(401)
    })

    it('are encrypted at rest', async () => {
      const applicant = await logInApplicant(client)
      await keep(applicant, pngBytes(5000, 'B'.charCodeAt(0)))
      expect(spawnSync('grep', ['-r', 'BBBBBBBB', host().directory]).status).toBe(1)
    })
  })

  describe('templates', () => {
    it('are public', async () => {
      const list = await sendOnboardingRequest(client, 'GET', '/templates')
      expect(list).toMatchObject({ status: 200, body: { templates: [{ id: 1, name: 'Account' }, { id: 'two' }] } })
      expect((await sendOnboardingRequest(client, 'GET', '/templates/')).body).toEqual(list.body)
      const one = await sendOnboardingRequest(client, 'GET', '/templates/1/schema.json')
      expect(one.body.template).toMatchObject({
        id: 1,
        attributes: [{ id: 'name', required: true }, { id: 'passport' }],
      })
      expect(await sendOnboardingRequest(client, 'GET', '/templates/9/schema.json')).toMatchObject({
        status: 404,
        body: { code: 'template_not_found' },
      })
    })
  })

  describe('applications', () => {
    it('are submitted, visible to their wallet only, and transitioned by the host', async () => {
      const applicant = await logInApplicant(client)
      const stranger = await logInApplicant(client)
      const fileId = await keep(applicant)
      const attributes = [
        name,
        { id: 'http://schemas.example/passport', data: { value: { image: await keep(applicant) } } },
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
      const theirs = await keep(stranger)
      const pdf = await keep(applicant, Buffer.from(`%PDF-1.7${' '.repeat(100)}`))
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
    const ticketFor = async (): Promise<{ readonly url: URL; readonly userId: string }> => {
      const applicant = await logInApplicant(client)
      const { body: user } = await applicant.send('POST', '/users', { json: { attributes: [] } })
      const { status, body } = await applicant.send('POST', '/login', { json: { token: user.token } })
      expect(status).toBe(200)
      expect(body.redirectTo).toBe(body.redirectUrl)
      return { url: new URL(body.redirectUrl), userId: decodeClaims(user.token).sub }
    }
    const open = async (url: URL) => {
      const page = await client.requestHost('GET', url.pathname + url.search)
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
      await open(url)
      const { page, cookie, ticket, binding } = await open(url)
      expect(page.status).toBe(200)
      expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'sha256-[^']+';/)
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
      const mine = await open(url)
      const theirs = await open(url)
      const { ticket, binding } = mine
      expect((await submit(theirs.cookie, { ticket, binding })).status).toBe(401)
      expect((await submit('', { ticket, binding })).status).toBe(401)
      expect((await submit(mine.cookie, { ticket, binding }, { 'sec-fetch-site': 'cross-site' })).status).toBe(401)
      expect((await submit(mine.cookie, { ticket, binding: theirs.binding })).status).toBe(401)
      expect((await submit(mine.cookie, { ticket, binding }, { 'sec-fetch-site': 'same-origin' })).status).toBe(303)
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
      const json = { templateId: 1, attributes: [name], files: [await keep(applicant)] }
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
