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

/** The suite of logins, users, files and templates of the onboarding API over HTTP. */
export function onboardingSuite(client: MountedClient, host: () => OnboardingHost): void {
  const upload = async (applicant: Applicant, content: Uint8Array = pngBytes()): Promise<string> =>
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
        const reply = await sendOnboardingRequest(client, 'POST', '/auth/challenge', { headers, json })
        expect(decodeClaims(reply.body.jwt).did).toBe(did)
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
      const reply = await sendOnboardingRequest(client, 'POST', '/auth/challenge', { headers, json })
      expect(reply).toMatchObject({ status: 400, body: { code: 'input_invalid', errors: [{}] } })
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
        const reply = await sendOnboardingRequest(client, 'GET', '/auth/token', {
          headers: { authorization: `Bearer ${jwt}` },
        })
        expect(reply.status).toBe(401)
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

    it('accept the multipart body as the published document prints it', async () => {
      const applicant = await logInApplicant(client)
      const attributes = `"[{
        "id":"http://attribute-url/1",
        "data":{
        "value":{
        "image":"$document-1"
        }
        }
        }]"`
      const form = formRequest(
        { name: 'attributes', type: 'application/json', content: attributes },
        { name: '$document-1', type: 'image/jpeg', content: jpegBytes() },
      )
      expect((await applicant.send('POST', '/users', form)).status).toBe(201)
    })

    it.each<readonly [string, unknown, unknown]>([
      ['a text', 'Ann', 'Ann'],
      ['a number', 0, 0],
      ['false', false, false],
      ['null', null, null],
      ['an array', ['a', { b: 1 }], ['a', { b: 1 }]],
      ['an object', { first: 'Ann' }, { first: 'Ann' }],
      ['an object whose only property is value', { value: { first: 'Ann' } }, { first: 'Ann' }],
      ['an object with value and more', { value: 1, unit: 'm' }, { value: 1, unit: 'm' }],
    ])('store %s as the value of an attribute', async (_what, data, value) => {
      const applicant = await logInApplicant(client)
      const made = await applicant.send('POST', '/users', { json: { attributes: [{ id: 'a', data }] } })
      expect(made.status).toBe(201)
      const { data: exported } = await host().billfold.users.export(decodeClaims(made.body.token).sub)
      expect(exported['onboarding']).toMatchObject({ attributes: [{ id: 'a', data: { value } }] })
    })

    it('keep the files that are named in documents only', async () => {
      const applicant = await logInApplicant(client)
      const ids = [await upload(applicant), await upload(applicant), await upload(applicant)]
      const documents = [{ id: 1, name: 'a.png', content: ids[0] }, { content: [ids[1], ids[2]] }]
      const attributes = [{ id: 'a', data: 'x', documents }]
      const made = await applicant.send('POST', '/users', { json: { attributes } })
      expect(made.status).toBe(201)
      const id = decodeClaims(made.body.token).sub
      const { data: exported } = await host().billfold.users.export(id)
      expect(exported['onboarding']).toMatchObject({ attributes: [{ documents }] })
      expect(await host().unusedFiles()).not.toEqual(expect.arrayContaining([expect.toBeOneOf(ids)]))
    })

    it.each([
      ['a document that was not uploaded', [{ content: 'file-00000000-0000-7000-8000-000000000000' }]],
      ['a content that is no file', [{ content: 'passport.png' }]],
      ['a document number without its part', [1]],
    ])('with %s are rejected', async (_what, documents) => {
      const applicant = await logInApplicant(client)
      const reply = await applicant.send('POST', '/users', {
        json: { attributes: [{ id: 'a', data: 'x', documents }] },
      })
      expect(reply).toMatchObject({ status: 400, body: { code: 'input_invalid' } })
      expect((await applicant.send('GET', '/auth/token')).status).toBe(404)
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
      const reply = await applicant.send('POST', '/users', formRequest(...parts))
      expect(reply).toMatchObject({ status: 400, body: { code: 'input_invalid' } })
      expect(reply.body.errors.map((error: { path: string }) => error.path)).toContain(path)
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
      const id = await upload(applicant, pngBytes(190_000))
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
      await upload(applicant, pngBytes(5000, 'B'.charCodeAt(0)))
      expect(spawnSync('grep', ['-r', 'BBBBBBBB', host().directory]).status).toBe(1)
    })
  })

  describe('templates', () => {
    it('are public', async () => {
      const list = await sendOnboardingRequest(client, 'GET', '/templates')
      expect(list).toMatchObject({ status: 200, body: { templates: [{ id: 1, name: 'Account' }, { id: 'two' }] } })
      expect((await sendOnboardingRequest(client, 'GET', '/templates/')).body).toEqual(list.body)
      const one = await sendOnboardingRequest(client, 'GET', '/templates/1/schema.json')
      expect((await sendOnboardingRequest(client, 'GET', '/templates/1')).body).toEqual(one.body)
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
}
