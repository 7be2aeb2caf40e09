import { scriptedVerifier } from '@billfold/core/biometrics'
import { verifyMessage } from 'ethers'
import { describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createFaceHost, type FaceHost } from '../authentication/face-host.ts'
import { createDevice, createFrames, createSelfie } from '../authentication/fixtures.ts'
import { enrolFace } from '../authentication/login-flow.ts'
import type { MountedClient } from '../request-driver.ts'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import { createCustodyHost } from './custody-host.ts'
import { encryptSigningMethod } from './encrypt-signing-method.ts'
import { createFaceMethodClient, type FaceMethodClient, signatureRequest } from './face-method-client.ts'

let host: FaceHost
let verifierIsDown = false
const rejected = { status: 403, codes: ['signing-method.invalid'] }

describeMounted(
  'a BIOMETRIC with a face',
  async () => {
    const verifier = scriptedVerifier({
      before: () => {
        if (verifierIsDown) throw new Error('down')
      },
    })
    host = await createFaceHost({ authentication: { verifier }, custody: { biometric: { liveness: 'none' } } })
    return host.billfold.custody
  },
  suite,
  {
    // Express parsers retain the bytes of a body only if set up to.
    only: ({ framework, through, prefix, parser }) =>
      framework !== 'express 4' && through === 'app' && parser === (framework === 'koa' && prefix === '/id'),
  },
)

function suite(client: MountedClient): void {
  let known: Promise<FaceMethodClient> | undefined
  const caller = (): Promise<FaceMethodClient> =>
    (known ??= createFaceMethodClient(client, host.billfold, host.licence))

  it('authorizes the request that its device signed, after a matching face', async () => {
    const { createFaceUser, startCheck, presentFace, useMethod, call } = await caller()
    const user = await createFaceUser('ada')
    const wanted = signatureRequest(user.walletId)
    const started = await startCheck(user)
    expect(started).toMatchObject({ status: 200, result: { id: expect.any(String), expiresAt: expect.any(String) } })
    expect(await presentFace(user, started.result.id, wanted)).toMatchObject({
      status: 200,
      result: { id: started.result.id },
    })
    const { status, result } = await useMethod(user, wanted, `${started.result.id}.${user.secret}`)
    expect(status).toBe(200)
    expect(verifyMessage('hello', result.signature)).toBe(user.address)
    const shown = await call('GET', `/api/users/${user.userId}`)
    expect(shown.result.signingMethods[1]).toMatchObject({
      type: 'BIOMETRIC',
      device: expect.stringMatching(/^[\w-]{43}$/),
      remainingAttempts: 10,
      lastUsedSuccess: expect.any(String),
    })
  })

  it('replaces a lost PIN, and authorizes a request without a body', async () => {
    const { createFaceUser, passCheck, useMethod, call } = await caller()
    const user = await createFaceUser('berta')
    const pinId = user.pinHeader.split(':')[0] ?? ''
    const reset = { method: 'PUT', path: `${user.methods}/${pinId}`, body: '{"value":"987654"}' }
    expect((await useMethod(user, reset, `${await passCheck(user, reset)}.${user.secret}`)).status).toBe(200)
    const code = await call('POST', user.methods, { type: 'EMERGENCY_CODE' }, `${pinId}:987654`)
    const gone = { method: 'DELETE', path: `${user.methods}/${code.result.id}`, body: '' }
    expect((await useMethod(user, gone, `${await passCheck(user, gone)}.${user.secret}`)).status).toBe(200)
  })

  it('is accepted in an encrypted header', async () => {
    const { createFaceUser, passCheck, call } = await caller()
    const user = await createFaceUser('sara')
    const wanted = signatureRequest(user.walletId)
    const value = `${await passCheck(user, wanted)}.${user.secret}`
    const { result } = await call('GET', '/api/security')
    const encrypted = encryptSigningMethod(result.encryptionKeys[0], {
      id: user.methodId,
      value,
      idempotencyKey: crypto.randomUUID(),
      body: wanted.body,
    })
    const { keyId, keySecret } = await host.billfold.serviceKeys.create({ tag: 'encrypted', scopes: ['custody'] })
    const headers = {
      'content-type': 'application/json',
      authorization: basicAuthorization(keyId, keySecret),
      'encrypted-signing-method': encrypted,
    }
    const answer = await client.request(wanted.method, wanted.path, { headers, body: wanted.body })
    expect(answer.status).toBe(200)
  })

  describe('rejects', () => {
    it('a second use of a passed check', async () => {
      const { createFaceUser, passCheck, useMethod, startCheck, presentFace } = await caller()
      const user = await createFaceUser('carla')
      const wanted = signatureRequest(user.walletId)
      const check = await passCheck(user, wanted)
      expect((await useMethod(user, wanted, `${check}.${user.secret}`)).status).toBe(200)
      expect(await useMethod(user, wanted, `${check}.${user.secret}`)).toMatchObject(rejected)
      const { result } = await startCheck(user)
      expect((await presentFace(user, result.id, wanted)).status).toBe(200)
      expect(await presentFace(user, result.id, wanted)).toMatchObject({ status: 404, codes: ['face-check.not-found'] })
    })

    it('the secret without a check', async () => {
      const { createFaceUser, useMethod, startCheck, remainingAttempts } = await caller()
      const user = await createFaceUser('dora')
      const wanted = signatureRequest(user.walletId)
      const { result } = await startCheck(user)
      const values = [
        user.secret,
        `.${user.secret}`,
        `${crypto.randomUUID()}.${user.secret}`,
        `${result.id}.${user.secret}`,
      ]
      for (const value of values) expect(await useMethod(user, wanted, value)).toMatchObject(rejected)
      expect(await remainingAttempts(user)).toBe(10 - values.length)
    })

    it('a check without the secret, and consumes the check', async () => {
      const { createFaceUser, passCheck, useMethod } = await caller()
      const user = await createFaceUser('emma')
      const wanted = signatureRequest(user.walletId)
      const check = await passCheck(user, wanted)
      for (const value of [check, `${check}.`, `${check}.${'x'.repeat(43)}`, `${check}.${user.secret}`])
        expect(await useMethod(user, wanted, value)).toMatchObject(rejected)
    })

    it('a selfie without the device, and consumes no attempt', async () => {
      const { createFaceUser, startCheck, presentFace, remainingAttempts, trustDevice } = await caller()
      const user = await createFaceUser('frida')
      const wanted = signatureRequest(user.walletId)
      const [one, other] = [(await startCheck(user)).result.id, (await startCheck(user)).result.id]
      const without = { status: 401, codes: ['device.invalid-proof'] }
      expect(await presentFace(user, one, wanted, { device: createDevice() })).toMatchObject(without)
      const second = createDevice()
      await trustDevice(user, second)
      expect(await presentFace(user, one, wanted, { device: second })).toMatchObject(without)
      expect(await presentFace(user, one, wanted, { signedCheck: other })).toMatchObject(without)
      expect(await presentFace(user, one, wanted, { signed: signatureRequest(user.walletId, 'pay') })).toMatchObject(
        without,
      )
      expect(await remainingAttempts(user)).toBe(10)
      expect((await presentFace(user, one, wanted)).status).toBe(200)
    })

    it('the device without the face, and consumes an attempt until the method is locked', async () => {
      const { createFaceUser, startCheck, presentFace, useMethod, passCheck, remainingAttempts } = await caller()
      const user = await createFaceUser('gerda')
      const wanted = signatureRequest(user.walletId)
      const passed = await passCheck(user, wanted)
      for (let left = 8; left >= 0; left -= 2) {
        const { result } = await startCheck(user)
        expect(await presentFace(user, result.id, wanted, { person: 'mallory' })).toMatchObject(rejected)
        expect(await useMethod(user, wanted, `${result.id}.${user.secret}`)).toMatchObject(rejected)
        expect(await remainingAttempts(user)).toBe(left)
      }
      const { result } = await startCheck(user)
      const locked = { status: 403, codes: ['signing-method.locked'] }
      expect(await presentFace(user, result.id, wanted)).toMatchObject(locked)
      expect(await useMethod(user, wanted, `${passed}.${user.secret}`)).toMatchObject(locked)
    })

    it('a check passed for another request or user', async () => {
      const { createFaceUser, passCheck, useMethod } = await caller()
      const user = await createFaceUser('hanna')
      const other = await createFaceUser('ida')
      const wanted = signatureRequest(user.walletId)
      const value = `${await passCheck(user, wanted)}.${user.secret}`
      expect(await useMethod(user, signatureRequest(user.walletId, 'pay'), value)).toMatchObject(rejected)
      expect(await useMethod(user, { ...wanted, path: '/api/signatures?x=1' }, value)).toMatchObject(rejected)
      expect(await useMethod(user, { ...wanted, body: `${wanted.body} ` }, value)).toMatchObject(rejected)
      const theirs = await passCheck(other, wanted)
      expect(await useMethod(user, wanted, `${theirs}.${user.secret}`)).toMatchObject(rejected)
      expect(await useMethod(other, wanted, `${theirs}.${other.secret}`)).toMatchObject(rejected)
      expect((await useMethod(user, wanted, value)).status).toBe(200)
    })

    it('a check whose device was revoked or whose face was removed', async () => {
      const { createFaceUser, passCheck, useMethod, startCheck, presentFace } = await caller()
      const user = await createFaceUser('jana')
      const wanted = signatureRequest(user.walletId)
      const { devices, faces } = host.billfold.authentication
      const value = `${await passCheck(user, wanted)}.${user.secret}`
      await faces.remove(user.userId)
      expect(await useMethod(user, wanted, value)).toMatchObject(rejected)
      await enrolFace(inMemoryDriver(host.billfold.authentication), host.billfold, user.userId, 'mallory')
      const { result } = await startCheck(user)
      const gone = { status: 409, codes: ['face.not-enrolled'] }
      expect(await presentFace(user, result.id, wanted, { person: 'mallory' })).toMatchObject(gone)

      const lost = await createFaceUser('klara')
      const ask = signatureRequest(lost.walletId)
      const presentedValue = `${await passCheck(lost, ask)}.${lost.secret}`
      const [device] = await devices.list(lost.userId)
      await devices.revoke(lost.userId, device?.id ?? '')
      expect(await useMethod(lost, ask, presentedValue)).toMatchObject(rejected)
      const later = await startCheck(lost)
      expect(await presentFace(lost, later.result.id, ask)).toMatchObject({
        status: 401,
        codes: ['device.invalid-proof'],
      })
    })

    it('a check passed before the method was replaced', async () => {
      const { createFaceUser, passCheck, useMethod, call } = await caller()
      const user = await createFaceUser('lena')
      const wanted = signatureRequest(user.walletId)
      const check = await passCheck(user, wanted)
      const value = 'the secret of another device'.replaceAll(' ', '-')
      const replaced = await call('PUT', `${user.methods}/${user.methodId}`, { value }, user.pinHeader)
      expect(replaced).toMatchObject({ status: 200, result: { device: expect.any(String) } })
      expect(await useMethod(user, wanted, `${check}.${value}`)).toMatchObject(rejected)
      expect((await useMethod(user, wanted, `${await passCheck(user, wanted)}.${value}`)).status).toBe(200)
    })
  })

  it('consumes no attempt and authorizes nothing if the verifier is down or the face inconclusive', async () => {
    const { createFaceUser, startCheck, presentFace, useMethod, remainingAttempts } = await caller()
    const user = await createFaceUser('maria')
    const wanted = signatureRequest(user.walletId)
    const down = (await startCheck(user)).result.id
    verifierIsDown = true
    const answer = await presentFace(user, down, wanted)
    verifierIsDown = false
    expect(answer).toMatchObject({ status: 503, codes: ['verifier.unavailable'] })
    const dark = (await startCheck(user)).result.id
    const evidence = { selfie: createSelfie('maria', { reason: 'too_dark' }) }
    expect(await presentFace(user, dark, wanted, { evidence })).toMatchObject({
      status: 400,
      codes: ['face.inconclusive'],
    })
    expect(await remainingAttempts(user)).toBe(10)
    for (const check of [down, dark])
      expect(await useMethod(user, wanted, `${check}.${user.secret}`)).toMatchObject(rejected)
  })

  it('expires after five minutes', async () => {
    const at = await createFaceHost({ custody: { biometric: { liveness: 'none' } } })
    const { createFaceUser, startCheck, presentFace } = await createFaceMethodClient(
      inMemoryDriver(at.billfold.custody),
      at.billfold,
      at.licence,
    )
    const user = await createFaceUser('nora')
    const { result } = await startCheck(user)
    at.advanceClock(5 * 60 * 1000 + 1)
    const late = await presentFace(user, result.id, signatureRequest(user.walletId))
    expect(late).toMatchObject({ status: 404, codes: ['face-check.not-found'] })
  })

  it('returns the reason if it cannot be created', async () => {
    const { createFaceUser, call } = await caller()
    const { methods, pinHeader, device } = await createFaceUser('olga')
    const make = (body: object) =>
      call('POST', methods, { value: 'x'.repeat(32), type: 'BIOMETRIC', ...body }, pinHeader)
    const key = device.publicKey
    expect(await make({ devicePublicKey: createDevice().publicKey })).toMatchObject({ codes: ['device.not-found'] })
    expect(await make({ devicePublicKey: 'AAAA' })).toMatchObject({ status: 401, codes: ['device.invalid-proof'] })
    expect(await make({ devicePublicKey: key, type: 'PASSWORD' })).toMatchObject({
      status: 400,
      codes: ['devicePublicKey'],
    })
    const plain = await make({})
    expect(plain.result.device).toBeUndefined()
    const started = await call('POST', `${methods}/${plain.result.id}/face-checks`)
    expect(started).toMatchObject({ status: 400, codes: ['signing-method.face-unsupported'] })
    const bound = await call(
      'PUT',
      `${methods}/${plain.result.id}`,
      { value: 'y'.repeat(32), devicePublicKey: key },
      pinHeader,
    )
    expect(bound).toMatchObject({ status: 200, result: { device: expect.any(String) } })
    expect((await call('POST', `${methods}/${plain.result.id}/face-checks`)).status).toBe(200)
  })
}

describe('a host', () => {
  it('with liveness accepts the frames of the challenge and no still', async () => {
    const { billfold, licence } = await createFaceHost()
    const { createFaceUser, startCheck, presentFace, passCheck, useMethod, remainingAttempts } =
      await createFaceMethodClient(inMemoryDriver(billfold.custody), billfold, licence)
    const user = await createFaceUser('paula')
    const wanted = signatureRequest(user.walletId)
    const { result } = await startCheck(user)
    expect(result.liveness.steps).toHaveLength(3)
    expect(await presentFace(user, result.id, wanted)).toMatchObject({ status: 400, codes: ['liveness.required'] })
    const others = { frames: createFrames('mallory', result.liveness.steps) }
    expect(await presentFace(user, result.id, wanted, { evidence: others })).toMatchObject(rejected)
    expect(await remainingAttempts(user)).toBe(9)
    const other = (await startCheck(user)).result.id
    const filmed = { frames: createFrames('paula', ['wink', 'wink', 'wink']) }
    expect(await presentFace(user, other, wanted, { evidence: filmed })).toMatchObject(rejected)
    expect((await useMethod(user, wanted, `${await passCheck(user, wanted)}.${user.secret}`)).status).toBe(200)
    expect(await remainingAttempts(user)).toBe(10)
  })

  it('accepts a check at the DID API once', async () => {
    const { billfold, licence } = await createFaceHost({ custody: { biometric: { liveness: 'none' } } })
    const { createFaceUser, passCheck } = await createFaceMethodClient(
      inMemoryDriver(billfold.custody),
      billfold,
      licence,
    )
    const user = await createFaceUser('tina')
    const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'vaults', scopes: ['dids'] })
    const wanted = { method: 'POST', path: '/vault', body: JSON.stringify({ kind: 'BIP44', userId: user.userId }) }
    const value = `${await passCheck(user, wanted)}.${user.secret}`
    const make = async (): Promise<number> => {
      const headers = {
        'content-type': 'application/json',
        authorization: basicAuthorization(keyId, keySecret),
        'signing-method': `${user.methodId}:${value}`,
      }
      return (await inMemoryDriver(billfold.dids).request('POST', '/vault', { headers, body: wanted.body })).status
    }
    expect(await make()).toBe(200)
    expect(await make()).toBe(403)
  })

  it('without a verifier names the missing option', async () => {
    const { billfold, authorization } = await createCustodyHost()
    const request = inMemoryDriver(billfold.custody).request
    const ask = async (path: string, json: object, header?: string) => {
      const headers = { authorization, ...(header !== undefined && { 'signing-method': header }) }
      return (await request('POST', path, { json, headers })).json as {
        result: { id: string; signingMethods: { id: string }[] }
        errors: unknown
      }
    }
    const { result: user } = await ask('/api/users', { signingMethod: { type: 'PIN', value: '4711' } })
    const body = { type: 'BIOMETRIC', value: 'x'.repeat(32), devicePublicKey: createDevice().publicKey }
    const pin = user.signingMethods[0]?.id
    const { errors } = await ask(`/api/users/${user.id}/signing-methods`, body, `${pin}:4711`)
    const message = expect.stringContaining('authentication.verifier')
    expect(errors).toMatchObject([{ code: 'signing-method.no-verifier', message }])
  })

  it('without raw bodies returns 501 and consumes neither check nor attempt', async () => {
    const { billfold, licence } = await createFaceHost({ custody: { biometric: { liveness: 'none' } } })
    const { createFaceUser, passCheck, remainingAttempts, call, useMethod } = await createFaceMethodClient(
      inMemoryDriver(billfold.custody),
      billfold,
      licence,
    )
    const user = await createFaceUser('rosa')
    const wanted = signatureRequest(user.walletId)
    const value = `${await passCheck(user, wanted)}.${user.secret}`
    const answer = await call(wanted.method, wanted.path, JSON.parse(wanted.body), `${user.methodId}:${value}`)
    expect(answer).toMatchObject({ status: 501, codes: ['body.raw-unavailable'] })
    expect(await remainingAttempts(user)).toBe(10)
    expect((await useMethod(user, wanted, value)).status).toBe(200)
  })
})
