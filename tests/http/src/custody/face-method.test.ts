import { scriptedVerifier } from '@billfold/core/biometrics'
import { verifyMessage } from 'ethers'
import { describe, expect, it } from 'vitest'
import { direct } from '../authentication/direct.ts'
import { type FaceHost, faceHost } from '../authentication/face-host.ts'
import { framesOf, newDevice, selfieOf } from '../authentication/people.ts'
import { enrol } from '../authentication/steps.ts'
import type { Client } from '../client.ts'
import { describeMounted } from '../describe-mounted.ts'
import { basic, custodian } from './custodian.ts'
import { encryptedMethod } from './encrypted-method.ts'
import { type FaceCaller, faceCaller, signing } from './face-method.ts'

let host: FaceHost
let verifierIsDown = false
const refused = { status: 403, codes: ['signing-method.invalid'] }

describeMounted(
  'a BIOMETRIC that takes a face',
  async () => {
    const verifier = scriptedVerifier({
      before: () => {
        if (verifierIsDown) throw new Error('down')
      },
    })
    host = await faceHost({ authentication: { verifier }, custody: { biometric: { liveness: 'none' } } })
    return host.billfold.custody
  },
  suite,
  {
    // Express parsers keep a body's bytes only when they are told to.
    only: ({ framework, through, prefix, parser }) =>
      framework !== 'express 4' && through === 'app' && parser === (framework === 'koa' && prefix === '/id'),
  },
)

function suite(client: Client): void {
  let known: Promise<FaceCaller> | undefined
  const caller = (): Promise<FaceCaller> => (known ??= faceCaller(client, host.billfold, host.licence))

  it('opens for the request that its device has signed, once the face was right', async () => {
    const { newUser, begin, show, use, ask } = await caller()
    const user = await newUser('ada')
    const wanted = signing(user.walletId)
    const begun = await begin(user)
    expect(begun).toMatchObject({ status: 200, result: { id: expect.any(String), expiresAt: expect.any(String) } })
    expect(await show(user, begun.result.id, wanted)).toMatchObject({ status: 200, result: { id: begun.result.id } })
    const { status, result } = await use(user, wanted, `${begun.result.id}.${user.secret}`)
    expect(status).toBe(200)
    expect(verifyMessage('hello', result.signature)).toBe(user.address)
    const shown = await ask('GET', `/api/users/${user.userId}`)
    expect(shown.result.signingMethods[1]).toMatchObject({
      type: 'BIOMETRIC',
      device: expect.stringMatching(/^[\w-]{43}$/),
      remainingAttempts: 10,
      lastUsedSuccess: expect.any(String),
    })
  })

  it('replaces a lost PIN, and authorises a request without a body', async () => {
    const { newUser, pass, use, ask } = await caller()
    const user = await newUser('berta')
    const pinId = user.pinHeader.split(':')[0] ?? ''
    const reset = { method: 'PUT', path: `${user.methods}/${pinId}`, body: '{"value":"987654"}' }
    expect((await use(user, reset, `${await pass(user, reset)}.${user.secret}`)).status).toBe(200)
    const code = await ask('POST', user.methods, { type: 'EMERGENCY_CODE' }, `${pinId}:987654`)
    const gone = { method: 'DELETE', path: `${user.methods}/${code.result.id}`, body: '' }
    expect((await use(user, gone, `${await pass(user, gone)}.${user.secret}`)).status).toBe(200)
  })

  it('comes in an encrypted header too', async () => {
    const { newUser, pass, ask } = await caller()
    const user = await newUser('sara')
    const wanted = signing(user.walletId)
    const value = `${await pass(user, wanted)}.${user.secret}`
    const { result } = await ask('GET', '/api/security')
    const encrypted = encryptedMethod(result.encryptionKeys[0], {
      id: user.methodId,
      value,
      idempotencyKey: crypto.randomUUID(),
      body: wanted.body,
    })
    const { keyId, keySecret } = await host.billfold.serviceKeys.create({ tag: 'encrypted', scopes: ['custody'] })
    const headers = {
      'content-type': 'application/json',
      authorization: basic(keyId, keySecret),
      'encrypted-signing-method': encrypted,
    }
    const answer = await client.request(wanted.method, wanted.path, { headers, body: wanted.body })
    expect(answer.status).toBe(200)
  })

  describe('one thing without the others opens nothing:', () => {
    it('a check that was passed, once', async () => {
      const { newUser, pass, use, begin, show } = await caller()
      const user = await newUser('carla')
      const wanted = signing(user.walletId)
      const check = await pass(user, wanted)
      expect((await use(user, wanted, `${check}.${user.secret}`)).status).toBe(200)
      expect(await use(user, wanted, `${check}.${user.secret}`)).toMatchObject(refused)
      const { result } = await begin(user)
      expect((await show(user, result.id, wanted)).status).toBe(200)
      expect(await show(user, result.id, wanted)).toMatchObject({ status: 404, codes: ['face-check.not-found'] })
    })

    it('the secret without a check', async () => {
      const { newUser, use, begin, remaining } = await caller()
      const user = await newUser('dora')
      const wanted = signing(user.walletId)
      const { result } = await begin(user)
      const values = [
        user.secret,
        `.${user.secret}`,
        `${crypto.randomUUID()}.${user.secret}`,
        `${result.id}.${user.secret}`,
      ]
      for (const value of values) expect(await use(user, wanted, value)).toMatchObject(refused)
      expect(await remaining(user)).toBe(10 - values.length)
    })

    it('a check without the secret, which it is used up by', async () => {
      const { newUser, pass, use } = await caller()
      const user = await newUser('emma')
      const wanted = signing(user.walletId)
      const check = await pass(user, wanted)
      for (const value of [check, `${check}.`, `${check}.${'x'.repeat(43)}`, `${check}.${user.secret}`])
        expect(await use(user, wanted, value)).toMatchObject(refused)
    })

    it('a selfie without the device, which costs the user nothing', async () => {
      const { newUser, begin, show, remaining, trust } = await caller()
      const user = await newUser('frida')
      const wanted = signing(user.walletId)
      const [one, other] = [(await begin(user)).result.id, (await begin(user)).result.id]
      const without = { status: 401, codes: ['device.invalid-proof'] }
      expect(await show(user, one, wanted, { device: newDevice() })).toMatchObject(without)
      const second = newDevice()
      await trust(user, second)
      expect(await show(user, one, wanted, { device: second })).toMatchObject(without)
      expect(await show(user, one, wanted, { signedCheck: other })).toMatchObject(without)
      expect(await show(user, one, wanted, { signed: signing(user.walletId, 'pay') })).toMatchObject(without)
      expect(await remaining(user)).toBe(10)
      expect((await show(user, one, wanted)).status).toBe(200)
    })

    it('the device without the face, which costs an attempt each time, and locks the method at last', async () => {
      const { newUser, begin, show, use, pass, remaining } = await caller()
      const user = await newUser('gerda')
      const wanted = signing(user.walletId)
      const passed = await pass(user, wanted)
      for (let left = 8; left >= 0; left -= 2) {
        const { result } = await begin(user)
        expect(await show(user, result.id, wanted, { person: 'mallory' })).toMatchObject(refused)
        expect(await use(user, wanted, `${result.id}.${user.secret}`)).toMatchObject(refused)
        expect(await remaining(user)).toBe(left)
      }
      const { result } = await begin(user)
      const locked = { status: 403, codes: ['signing-method.locked'] }
      expect(await show(user, result.id, wanted)).toMatchObject(locked)
      expect(await use(user, wanted, `${passed}.${user.secret}`)).toMatchObject(locked)
    })

    it('a check that was passed for another request, another user or another method', async () => {
      const { newUser, pass, use } = await caller()
      const user = await newUser('hanna')
      const other = await newUser('ida')
      const wanted = signing(user.walletId)
      const value = `${await pass(user, wanted)}.${user.secret}`
      expect(await use(user, signing(user.walletId, 'pay'), value)).toMatchObject(refused)
      expect(await use(user, { ...wanted, path: '/api/signatures?x=1' }, value)).toMatchObject(refused)
      expect(await use(user, { ...wanted, body: `${wanted.body} ` }, value)).toMatchObject(refused)
      const theirs = await pass(other, wanted)
      expect(await use(user, wanted, `${theirs}.${user.secret}`)).toMatchObject(refused)
      expect(await use(other, wanted, `${theirs}.${other.secret}`)).toMatchObject(refused)
      expect((await use(user, wanted, value)).status).toBe(200)
    })

    it('a check whose device is no longer trusted, or whose face is no longer enrolled', async () => {
      const { newUser, pass, use, begin, show } = await caller()
      const user = await newUser('jana')
      const wanted = signing(user.walletId)
      const { devices, faces } = host.billfold.authentication
      const value = `${await pass(user, wanted)}.${user.secret}`
      await faces.remove(user.userId)
      expect(await use(user, wanted, value)).toMatchObject(refused)
      await enrol(direct(host.billfold.authentication), host.billfold, user.userId, 'mallory')
      const { result } = await begin(user)
      const gone = { status: 409, codes: ['face.not-enrolled'] }
      expect(await show(user, result.id, wanted, { person: 'mallory' })).toMatchObject(gone)

      const lost = await newUser('klara')
      const ask = signing(lost.walletId)
      const held = `${await pass(lost, ask)}.${lost.secret}`
      const [device] = await devices.list(lost.userId)
      await devices.revoke(lost.userId, device?.id ?? '')
      expect(await use(lost, ask, held)).toMatchObject(refused)
      const later = await begin(lost)
      expect(await show(lost, later.result.id, ask)).toMatchObject({ status: 401, codes: ['device.invalid-proof'] })
    })

    it('a check from before the method was replaced', async () => {
      const { newUser, pass, use, ask } = await caller()
      const user = await newUser('lena')
      const wanted = signing(user.walletId)
      const check = await pass(user, wanted)
      const value = 'the secret of another device'.replaceAll(' ', '-')
      const replaced = await ask('PUT', `${user.methods}/${user.methodId}`, { value }, user.pinHeader)
      expect(replaced).toMatchObject({ status: 200, result: { device: expect.any(String) } })
      expect(await use(user, wanted, `${check}.${value}`)).toMatchObject(refused)
      expect((await use(user, wanted, `${await pass(user, wanted)}.${value}`)).status).toBe(200)
    })
  })

  it('costs nothing while the verifier is down, or when nobody can tell, and opens nothing', async () => {
    const { newUser, begin, show, use, remaining } = await caller()
    const user = await newUser('maria')
    const wanted = signing(user.walletId)
    const down = (await begin(user)).result.id
    verifierIsDown = true
    const answer = await show(user, down, wanted)
    verifierIsDown = false
    expect(answer).toMatchObject({ status: 503, codes: ['verifier.unavailable'] })
    const dark = (await begin(user)).result.id
    const evidence = { selfie: selfieOf('maria', { reason: 'too_dark' }) }
    expect(await show(user, dark, wanted, { evidence })).toMatchObject({ status: 400, codes: ['face.inconclusive'] })
    expect(await remaining(user)).toBe(10)
    for (const check of [down, dark]) expect(await use(user, wanted, `${check}.${user.secret}`)).toMatchObject(refused)
  })

  it('is forgotten when it was not used in time', async () => {
    const at = await faceHost({ custody: { biometric: { liveness: 'none' } } })
    const { newUser, begin, show } = await faceCaller(direct(at.billfold.custody), at.billfold, at.licence)
    const user = await newUser('nora')
    const { result } = await begin(user)
    at.later(5 * 60 * 1000 + 1)
    const late = await show(user, result.id, signing(user.walletId))
    expect(late).toMatchObject({ status: 404, codes: ['face-check.not-found'] })
  })

  it('says what is wrong where it cannot be made', async () => {
    const { newUser, ask } = await caller()
    const { methods, pinHeader, device } = await newUser('olga')
    const make = (body: object) =>
      ask('POST', methods, { value: 'x'.repeat(32), type: 'BIOMETRIC', ...body }, pinHeader)
    const key = device.publicKey
    expect(await make({ devicePublicKey: newDevice().publicKey })).toMatchObject({ codes: ['device.not-found'] })
    expect(await make({ devicePublicKey: 'AAAA' })).toMatchObject({ status: 401, codes: ['device.invalid-proof'] })
    expect(await make({ devicePublicKey: key, type: 'PASSWORD' })).toMatchObject({
      status: 400,
      codes: ['devicePublicKey'],
    })
    const plain = await make({})
    expect(plain.result.device).toBeUndefined()
    const begun = await ask('POST', `${methods}/${plain.result.id}/face-checks`)
    expect(begun).toMatchObject({ status: 400, codes: ['signing-method.face-unsupported'] })
    const bound = await ask(
      'PUT',
      `${methods}/${plain.result.id}`,
      { value: 'y'.repeat(32), devicePublicKey: key },
      pinHeader,
    )
    expect(bound).toMatchObject({ status: 200, result: { device: expect.any(String) } })
    expect((await ask('POST', `${methods}/${plain.result.id}/face-checks`)).status).toBe(200)
  })
}

describe('a host', () => {
  it('that asks for a live person takes the frames of the challenge, and no still', async () => {
    const { billfold, licence } = await faceHost()
    const { newUser, begin, show, pass, use, remaining } = await faceCaller(direct(billfold.custody), billfold, licence)
    const user = await newUser('paula')
    const wanted = signing(user.walletId)
    const { result } = await begin(user)
    expect(result.liveness.steps).toHaveLength(3)
    expect(await show(user, result.id, wanted)).toMatchObject({ status: 400, codes: ['liveness.required'] })
    const others = { frames: framesOf('mallory', result.liveness.steps) }
    expect(await show(user, result.id, wanted, { evidence: others })).toMatchObject(refused)
    expect(await remaining(user)).toBe(9)
    const other = (await begin(user)).result.id
    const filmed = { frames: framesOf('paula', ['wink', 'wink', 'wink']) }
    expect(await show(user, other, wanted, { evidence: filmed })).toMatchObject(refused)
    expect((await use(user, wanted, `${await pass(user, wanted)}.${user.secret}`)).status).toBe(200)
    expect(await remaining(user)).toBe(10)
  })

  it('takes it at the DID API as well, for the one request there', async () => {
    const { billfold, licence } = await faceHost({ custody: { biometric: { liveness: 'none' } } })
    const { newUser, pass } = await faceCaller(direct(billfold.custody), billfold, licence)
    const user = await newUser('tina')
    const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'vaults', scopes: ['dids'] })
    const wanted = { method: 'POST', path: '/vault', body: JSON.stringify({ kind: 'BIP44', userId: user.userId }) }
    const value = `${await pass(user, wanted)}.${user.secret}`
    const make = async (): Promise<number> => {
      const headers = {
        'content-type': 'application/json',
        authorization: basic(keyId, keySecret),
        'signing-method': `${user.methodId}:${value}`,
      }
      return (await direct(billfold.dids).request('POST', '/vault', { headers, body: wanted.body })).status
    }
    expect(await make()).toBe(200)
    expect(await make()).toBe(403)
  })

  it('without a verifier says which option names one', async () => {
    const { billfold, authorization } = await custodian()
    const request = direct(billfold.custody).request
    const ask = async (path: string, json: object, header?: string) => {
      const headers = { authorization, ...(header !== undefined && { 'signing-method': header }) }
      return (await request('POST', path, { json, headers })).json as {
        result: { id: string; signingMethods: { id: string }[] }
        errors: unknown
      }
    }
    const { result: user } = await ask('/api/users', { signingMethod: { type: 'PIN', value: '4711' } })
    const body = { type: 'BIOMETRIC', value: 'x'.repeat(32), devicePublicKey: newDevice().publicKey }
    const pin = user.signingMethods[0]?.id
    const { errors } = await ask(`/api/users/${user.id}/signing-methods`, body, `${pin}:4711`)
    const message = expect.stringContaining('authentication.verifier')
    expect(errors).toEqual([{ code: 'signing-method.no-verifier', message }])
  })

  it("whose parser does not keep a body's bytes is told so, and the user loses neither check nor attempt", async () => {
    const { billfold, licence } = await faceHost({ custody: { biometric: { liveness: 'none' } } })
    const { newUser, pass, remaining, ask, use } = await faceCaller(direct(billfold.custody), billfold, licence)
    const user = await newUser('rosa')
    const wanted = signing(user.walletId)
    const value = `${await pass(user, wanted)}.${user.secret}`
    const answer = await ask(wanted.method, wanted.path, JSON.parse(wanted.body), `${user.methodId}:${value}`)
    expect(answer).toMatchObject({ status: 501, codes: ['body.raw-unavailable'] })
    expect(await remaining(user)).toBe(10)
    expect((await use(user, wanted, value)).status).toBe(200)
  })
})
