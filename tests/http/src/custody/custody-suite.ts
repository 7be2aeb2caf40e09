import { randomUUID } from 'node:crypto'
import { verifyMessage, verifyTypedData } from 'ethers'
import { describe, expect, it } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import { callCustody, type CustodyReply } from './custody-host.ts'
import { encryptSigningMethod, type SigningMethodInput } from './encrypt-signing-method.ts'

const pin = '123456'
const mail = {
  types: {
    Mail: [
      { name: 'contents', type: 'string' },
      { name: 'amount', type: 'uint256' },
    ],
  },
  primaryType: 'Mail',
  domain: {
    name: 'Ether Mail',
    version: '1',
    chainId: 1,
    verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC',
  },
  message: { contents: 'Hello, Bob!', amount: '1000000000000000000000' },
}

/** The suite of the custody API over HTTP; `authorization` returns the header of a service key. */
export function custodySuite(client: MountedClient, authorization: () => string): void {
  const ask = (
    method: string,
    path: string,
    json?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<CustodyReply> => callCustody(client, authorization(), method, path, json, headers)

  /** Creates a user with a PIN and an Ethereum wallet. */
  async function userWithWallet() {
    const { result: user } = await ask('POST', '/api/users', { signingMethod: { type: 'PIN', value: pin } })
    const { result: wallet } = await ask('POST', '/api/wallets', {
      secretType: 'ETHEREUM',
      userId: user.id,
      pincode: pin,
    })
    return {
      user,
      wallet,
      pinId: user.signingMethods[0].id as string,
      methods: `/api/users/${user.id}/signing-methods`,
    }
  }

  const message = (walletId: string, pincode?: string) => ({
    pincode,
    signatureRequest: { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data: 'hello' },
  })

  describe('users', () => {
    it('are created with a PIN and found by id and reference', async () => {
      const body = { reference: 'ABD User 1', signingMethod: { type: 'PIN', value: pin } }
      const made = await ask('POST', '/api/users', body)
      expect(made.status).toBe(200)
      expect(made.result).toEqual({
        id: expect.any(String),
        reference: 'ABD User 1',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        signingMethods: [
          { id: expect.any(String), type: 'PIN', incorrectAttempts: 0, remainingAttempts: 10, hasMasterSecret: true },
        ],
      })
      expect((await ask('GET', `/api/users/${made.result.id}`)).result).toEqual(made.result)
      const listed = await ask('GET', '/api/users?reference=ABD%20User%201&includeSigningMethods=true&size=1')
      expect(listed.result).toEqual([made.result])
    })

    it('are created without a signing method and require a PIN as the first one', async () => {
      const { result: user } = await ask('POST', '/api/users', {})
      const methods = `/api/users/${user.id}/signing-methods`
      expect(await ask('POST', methods, { type: 'EMERGENCY_CODE' })).toMatchObject({
        status: 400,
        codes: ['signing-method.pin-must-be-first'],
      })
      expect((await ask('POST', methods, { type: 'PIN', value: pin })).status).toBe(200)
      const again = await ask('POST', methods, { type: 'PIN', value: '9999' })
      expect(again).toMatchObject({ status: 403, codes: ['signing-method.required'] })
    })

    it('return 404 for an unknown id', async () => {
      expect(await ask('GET', '/api/users/nobody')).toMatchObject({ status: 404, codes: ['user.not-found'] })
    })
  })

  describe('wallets', () => {
    it('are created for a user and listed', async () => {
      const { user, wallet } = await userWithWallet()
      expect(wallet).toEqual({
        id: expect.any(String),
        address: expect.stringMatching(/^0x[0-9a-fA-F]{40}$/),
        walletType: 'WHITE_LABEL',
        secretType: 'ETHEREUM',
        createdAt: expect.any(String),
        archived: false,
        primary: false,
        hasCustomPin: false,
        userId: user.id,
        balance: expect.objectContaining({ available: false, secretType: 'ETHEREUM', symbol: 'ETH', decimals: 18 }),
      })
      const body = { secretType: 'MATIC', userId: user.id, pincode: pin, description: 'WALLET#1', identifier: 'mine' }
      const second = await ask('POST', '/api/wallets', body)
      expect(second.result).toMatchObject({ description: 'WALLET#1', identifier: 'mine', secretType: 'MATIC' })
      expect(second.result.address).not.toBe(wallet.address)
      expect((await ask('GET', `/api/wallets?userId=${user.id}`)).result).toEqual([second.result, wallet])
      expect((await ask('GET', `/api/wallets?userId=${user.id}&secretType=MATIC`)).result).toEqual([second.result])
      expect((await ask('GET', `/api/wallets?userId=${user.id}&size=1&page=2`)).result).toEqual([wallet])
      expect((await ask('GET', `/api/wallets/${wallet.id}`)).result).toEqual(wallet)
    })

    it('are created without a user under a pincode of their own', async () => {
      const { result: wallet } = await ask('POST', '/api/wallets', { secretType: 'ETHEREUM', pincode: '4711' })
      expect(wallet).toMatchObject({ hasCustomPin: true })
      expect((await ask('POST', '/api/signatures', message(wallet.id, '4711'))).status).toBe(200)
      expect(await ask('POST', '/api/signatures', message(wallet.id, pin))).toMatchObject({
        codes: ['pincode.incorrect'],
      })
    })

    it('are sorted by the query', async () => {
      const { user, wallet } = await userWithWallet()
      for (const description of ['b', 'a', 'c'])
        await ask('POST', '/api/wallets', { secretType: 'ETHEREUM', userId: user.id, pincode: pin, description })
      const listed = async (query: string): Promise<unknown[]> =>
        (await ask('GET', `/api/wallets?userId=${user.id}&${query}`)).result.map(
          (row: { description?: string }) => row.description,
        )
      expect(await listed('sortOn=description&sortOrder=ASC')).toEqual([undefined, 'a', 'b', 'c'])
      expect(await listed('sortOn=description&sortOrder=desc&size=2&page=2')).toEqual(['a', undefined])
      expect(await listed('sortOn=createdAt&sortOrder=asc')).toEqual([undefined, 'b', 'a', 'c'])
      expect(wallet.description).toBeUndefined()
      expect(await ask('GET', '/api/wallets?sortOn=sealedKey')).toMatchObject({ status: 400, codes: ['sortOn'] })
    })

    it('return the name of an invalid field', async () => {
      expect(await ask('POST', '/api/wallets', { pincode: pin })).toMatchObject({ status: 400, codes: ['secretType'] })
      expect(await ask('POST', '/api/wallets', { secretType: 'ETHEREUM' })).toMatchObject({
        status: 400,
        codes: ['pincode'],
      })
      expect(await ask('POST', '/api/wallets', { secretType: 'GOLD', pincode: pin })).toMatchObject({
        codes: ['chain.unsupported'],
      })
      expect(await ask('GET', '/api/wallets?size=101')).toMatchObject({ status: 400, codes: ['size'] })
    })
  })

  describe('signatures', () => {
    it('of messages verify in another library (EIP-191)', async () => {
      const { wallet } = await userWithWallet()
      const { status, result } = await ask('POST', '/api/signatures', message(wallet.id, pin))
      expect(status).toBe(200)
      expect(result).toEqual({
        type: 'HEX_SIGNATURE',
        r: expect.stringMatching(/^0x[0-9a-f]{64}$/),
        s: expect.stringMatching(/^0x[0-9a-f]{64}$/),
        v: expect.stringMatching(/^0x1[bc]$/),
        signature: expect.stringMatching(/^0x[0-9a-f]{130}$/),
      })
      expect(verifyMessage('hello', result.signature)).toBe(wallet.address)
    })

    it('of typed data, as object or JSON text, verify in another library (EIP-712)', async () => {
      const { wallet } = await userWithWallet()
      for (const data of [mail, JSON.stringify(mail)]) {
        const request = { type: 'EIP712', secretType: 'ETHEREUM', walletId: wallet.id, data }
        const { result } = await ask('POST', '/api/signatures', { pincode: pin, signatureRequest: request })
        expect(verifyTypedData(mail.domain, mail.types, mail.message, result.signature)).toBe(wallet.address)
      }
    })

    it('parse the signing method header at the first colon', async () => {
      const { wallet, pinId } = await userWithWallet()
      const signed = (header: string) =>
        ask('POST', '/api/signatures', message(wallet.id), { 'signing-method': header })
      expect((await signed(`${pinId}:${pin}`)).status).toBe(200)
      expect(await signed(`${pinId}:${pin}:`)).toMatchObject({ status: 403, codes: ['signing-method.invalid'] })
      expect(await signed(`nobody:${pin}`)).toMatchObject({ status: 403, codes: ['signing-method.invalid'] })
      expect(await signed(pin)).toMatchObject({ status: 400, codes: ['signing-method'] })
    })

    it('require a signing method of the wallet owner', async () => {
      const [mine, other] = [await userWithWallet(), await userWithWallet()]
      const asked = message(mine.wallet.id)
      expect(await ask('POST', '/api/signatures', asked)).toMatchObject({
        status: 403,
        codes: ['signing-method.required'],
      })
      const theirs = await ask('POST', '/api/signatures', asked, { 'signing-method': `${other.pinId}:${pin}` })
      expect(theirs).toMatchObject({ status: 403, codes: ['signing-method.invalid'] })
    })

    it('reject a wrong PIN and lock the method after ten', async () => {
      const { user, wallet } = await userWithWallet()
      for (let count = 0; count < 10; count++)
        expect(await ask('POST', '/api/signatures', message(wallet.id, '0000'))).toMatchObject({
          status: 403,
          codes: ['pincode.incorrect'],
        })
      const locked = await ask('POST', '/api/signatures', message(wallet.id, pin))
      expect(locked).toMatchObject({ status: 403, codes: ['pincode.no-tries-left'] })
      const { result } = await ask('GET', `/api/users/${user.id}`)
      expect(result.signingMethods[0]).toMatchObject({ incorrectAttempts: 10, remainingAttempts: 0 })
    })
  })

  describe('signing methods', () => {
    it('replace a lost PIN through an emergency code, and wallets still sign', async () => {
      const { wallet, pinId, methods } = await userWithWallet()
      const added = await ask('POST', methods, { type: 'EMERGENCY_CODE' }, { 'signing-method': `${pinId}:${pin}` })
      expect(added.result).toEqual({
        id: expect.any(String),
        type: 'EMERGENCY_CODE',
        incorrectAttempts: 0,
        remainingAttempts: 10,
        hasMasterSecret: true,
        value: expect.stringMatching(/^[0-9a-z]{25}$/),
      })
      const code = { 'signing-method': `${added.result.id}:${added.result.value}` }
      const reset = await ask('PUT', `${methods}/${pinId}`, { value: '987654' }, code)
      expect(reset).toMatchObject({ status: 200, result: { id: pinId, type: 'PIN', remainingAttempts: 10 } })
      expect(await ask('POST', '/api/signatures', message(wallet.id, pin))).toMatchObject({
        codes: ['pincode.incorrect'],
      })
      const { result } = await ask('POST', '/api/signatures', message(wallet.id, '987654'))
      expect(verifyMessage('hello', result.signature)).toBe(wallet.address)
    })

    it('are replaced and deleted through another method only, and a PIN is not deletable', async () => {
      const { pinId, methods } = await userWithWallet()
      const byPin = { 'signing-method': `${pinId}:${pin}` }
      const { result: code } = await ask('POST', methods, { type: 'EMERGENCY_CODE' }, byPin)
      const byCode = { 'signing-method': `${code.id}:${code.value}` }
      const refused = [
        await ask('PUT', `${methods}/${pinId}`, { value: '987654' }, byPin),
        await ask('PUT', `${methods}/${pinId}`, { value: '12' }, byCode),
        await ask('PUT', `${methods}/${pinId}`, { value: '987654' }),
        await ask('DELETE', `${methods}/${pinId}`, undefined, byCode),
        await ask('DELETE', `${methods}/${code.id}`, undefined, byCode),
        await ask('POST', methods, { type: 'EMERGENCY_CODE' }, byPin),
        await ask('POST', methods, { type: 'VOICE', value: 'la' }, byPin),
      ]
      expect(refused.flatMap(({ codes }) => codes)).toEqual([
        'signing-method.different-method-required',
        'signing-method.invalid-value',
        'signing-method.required',
        'signing-method.pin-not-deletable',
        'signing-method.different-method-required',
        'signing-method.exists',
        'signing-method.unsupported-type',
      ])
      const anew = await ask('PATCH', `${methods}/${code.id}`, {}, byPin)
      expect(anew.result.value).toMatch(/^[0-9a-z]{25}$/)
      expect((await ask('DELETE', `${methods}/${code.id}`, undefined, byPin)).status).toBe(200)
    })
  })

  describe('an encrypted signing method', () => {
    const signing = async (
      walletId: string,
      method: { id: string; value: string },
      change: Partial<SigningMethodInput> = {},
    ) => {
      const body = JSON.stringify(message(walletId))
      const { result } = await callCustody(client, authorization(), 'GET', '/api/security')
      const header = encryptSigningMethod(result.encryptionKeys[0], {
        ...method,
        body,
        idempotencyKey: randomUUID(),
        ...change,
      })
      const headers = {
        'content-type': 'application/json',
        authorization: authorization(),
        'encrypted-signing-method': header,
      }
      return client.request('POST', '/api/signatures', { headers, body })
    }

    it('is accepted once, for its body only', async () => {
      const { wallet, pinId } = await userWithWallet()
      const idempotencyKey = randomUUID()
      const signed = await signing(wallet.id, { id: pinId, value: pin }, { idempotencyKey })
      expect(signed.status).toBe(200)
      const code = async (change: Partial<SigningMethodInput>) => {
        const { status, json } = await signing(wallet.id, { id: pinId, value: pin }, change)
        return [status, (json as { errors: { code: string }[] }).errors[0]?.code]
      }
      expect(await code({ idempotencyKey })).toEqual([409, 'request.replayed'])
      expect(await code({ body: '{}' })).toEqual([403, 'signing-method.invalid'])
      expect(await code({ value: '000000' })).toEqual([403, 'signing-method.invalid'])
      expect(await code({ isTampered: true })).toEqual([403, 'signing-method.invalid'])
    })

    it('is accepted once of ten concurrent requests', async () => {
      const { wallet, pinId } = await userWithWallet()
      const idempotencyKey = randomUUID()
      const all = Array.from({ length: 10 }, () => signing(wallet.id, { id: pinId, value: pin }, { idempotencyKey }))
      const statuses = (await Promise.all(all)).map(({ status }) => status)
      expect(statuses.filter((status) => status === 200)).toHaveLength(1)
      expect(statuses.filter((status) => status === 409)).toHaveLength(9)
    })
  })

  describe('linking a wallet', () => {
    it.each([
      ['PUT', 'user'],
      ['POST', 'link'],
    ])('assigns an unowned wallet to a user by %s …/%s', async (method, name) => {
      const { user, pinId } = await userWithWallet()
      const { result: wallet } = await ask('POST', '/api/wallets', { secretType: 'ETHEREUM', pincode: '4711' })
      const byUser = { 'signing-method': `${pinId}:${pin}` }
      const link = (pincode: string) =>
        ask(method, `/api/wallets/${wallet.id}/${name}`, { userId: user.id, pincode }, byUser)
      expect(await link('0000')).toMatchObject({ status: 403, codes: ['pincode.incorrect'] })
      const linked = await link('4711')
      expect(linked).toMatchObject({ status: 200, result: { id: wallet.id, userId: user.id, hasCustomPin: false } })
      expect(await ask('POST', '/api/signatures', message(wallet.id, '4711'))).toMatchObject({
        codes: ['pincode.incorrect'],
      })
      const { result } = await ask('POST', '/api/signatures', message(wallet.id, pin))
      expect(verifyMessage('hello', result.signature)).toBe(wallet.address)
      expect(await link('4711')).toMatchObject({ status: 409, codes: ['wallet.already-linked'] })
    })
  })

  describe('a user', () => {
    it('is given another reference', async () => {
      const { user } = await userWithWallet()
      const changed = await ask('PUT', `/api/users/${user.id}`, { reference: 'renamed' })
      expect(changed).toMatchObject({ status: 200, result: { id: user.id, reference: 'renamed' } })
      expect(await ask('PUT', '/api/users/nobody', { reference: 'x' })).toMatchObject({
        status: 404,
        codes: ['user.not-found'],
      })
    })

    it('is deleted with a signing method, which archives the wallets', async () => {
      const { user, wallet, pinId } = await userWithWallet()
      const gone = (headers: Record<string, string>) => ask('DELETE', `/api/users/${user.id}`, undefined, headers)
      expect(await gone({})).toMatchObject({ status: 403, codes: ['signing-method.required'] })
      expect((await gone({ 'signing-method': `${pinId}:${pin}` })).status).toBe(200)
      expect(await ask('GET', `/api/users/${user.id}`)).toMatchObject({ status: 404 })
      expect((await ask('GET', `/api/wallets?userId=${user.id}&archived=true`)).result).toMatchObject([
        { id: wallet.id, archived: true },
      ])
      expect((await ask('GET', `/api/wallets?userId=${user.id}`)).result).toEqual([])
      expect(await ask('POST', '/api/signatures', message(wallet.id, pin))).toMatchObject({
        status: 400,
        codes: ['wallet.archived'],
      })
    })
  })

  describe('callers', () => {
    it('require a service key', async () => {
      const stranger = (header: string) => callCustody(client, header, 'GET', '/api/users')
      for (const header of [
        '',
        'Basic',
        basicAuthorization('nobody', 'nothing'),
        'Bearer a.b.c',
        `${authorization()}x`,
      ])
        expect(await stranger(header)).toMatchObject({ status: 401, codes: ['caller.unauthenticated'] })
    })

    it('exchange the key for a token (RFC 6749, section 4.4)', async () => {
      const path = '/auth/realms/any/protocol/openid-connect/token'
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      const body = 'grant_type=client_credentials'
      const { json } = await client.request('POST', path, {
        headers: { ...form, authorization: authorization() },
        body,
      })
      expect(json).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 300,
        scope: 'custody',
      })
      const token = (json as { access_token: string }).access_token
      expect((await callCustody(client, `Bearer ${token}`, 'GET', '/api/users')).status).toBe(200)
      expect((await callCustody(client, `Bearer ${token}x`, 'GET', '/api/users')).status).toBe(401)
      const wrong = await client.request('POST', path, { headers: form, body: `${body}&client_id=a&client_secret=b` })
      expect(wrong).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
      const other = await client.request('POST', path, { headers: form, body: 'grant_type=password' })
      expect(other).toMatchObject({ status: 400, json: { error: 'unsupported_grant_type' } })
    })
  })

  it('serves its OpenAPI document', async () => {
    const { status, json } = await client.request('GET', '/openapi.json')
    expect(status).toBe(200)
    expect(json).toMatchObject({
      openapi: '3.1.0',
      servers: [{ url: client.mounting.prefix === '' ? '/' : client.mounting.prefix }],
    })
  })
}
