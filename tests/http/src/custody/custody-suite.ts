import { verifyMessage, verifyTypedData } from 'ethers'
import { describe, expect, it } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import { callCustody } from './custody-host.ts'
import { createSuiteCalls, messageToSign, pin } from './suite-calls.ts'

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
  const { call, createUserWithWallet } = createSuiteCalls(client, authorization)

  describe('users', () => {
    it('are created with a PIN and found by id and reference', async () => {
      const body = { reference: 'ABD User 1', signingMethod: { type: 'PIN', value: pin } }
      const made = await call('POST', '/api/users', body)
      expect(made.status).toBe(200)
      expect(made.result).toEqual({
        id: expect.any(String),
        reference: 'ABD User 1',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        signingMethods: [
          { id: expect.any(String), type: 'PIN', incorrectAttempts: 0, remainingAttempts: 10, hasMasterSecret: true },
        ],
      })
      expect((await call('GET', `/api/users/${made.result.id}`)).result).toEqual(made.result)
      const listed = await call('GET', '/api/users?reference=ABD%20User%201&includeSigningMethods=true&size=1')
      expect(listed.result).toEqual([made.result])
    })

    it('are created without a signing method and require a PIN as the first one', async () => {
      const { result: user } = await call('POST', '/api/users', {})
      const methods = `/api/users/${user.id}/signing-methods`
      expect(await call('POST', methods, { type: 'EMERGENCY_CODE' })).toMatchObject({
        status: 400,
        codes: ['signing-method.pin-must-be-first'],
      })
      expect((await call('POST', methods, { type: 'PIN', value: pin })).status).toBe(200)
      const again = await call('POST', methods, { type: 'PIN', value: '9999' })
      expect(again).toMatchObject({ status: 403, codes: ['signing-method.required'] })
    })

    it('return 404 for an unknown id', async () => {
      expect(await call('GET', '/api/users/nobody')).toMatchObject({ status: 404, codes: ['user.not-found'] })
    })
  })

  describe('wallets', () => {
    it('are created for a user and listed', async () => {
      const { user, wallet } = await createUserWithWallet()
      expect(wallet).toEqual({
        id: expect.any(String),
        address: expect.stringMatching(/^0x[0-9a-fA-F]{40}$/),
        walletType: 'WHITE_LABEL',
        secretType: 'ETHEREUM',
        createdAt: expect.any(String),
        archived: false,
        primary: false,
        hasCustomPin: false,
        custodial: false,
        userId: user.id,
        balance: expect.objectContaining({ available: false, secretType: 'ETHEREUM', symbol: 'ETH', decimals: 18 }),
      })
      const body = { secretType: 'MATIC', userId: user.id, pincode: pin, description: 'WALLET#1', identifier: 'mine' }
      const second = await call('POST', '/api/wallets', body)
      expect(second.result).toMatchObject({ description: 'WALLET#1', identifier: 'mine', secretType: 'MATIC' })
      expect(second.result.address).not.toBe(wallet.address)
      expect((await call('GET', `/api/wallets?userId=${user.id}`)).result).toEqual([second.result, wallet])
      expect((await call('GET', `/api/wallets?userId=${user.id}&secretType=MATIC`)).result).toEqual([second.result])
      expect((await call('GET', `/api/wallets?userId=${user.id}&size=1&page=2`)).result).toEqual([wallet])
      expect((await call('GET', `/api/wallets/${wallet.id}`)).result).toEqual(wallet)
    })

    it('are created without a user under their own pincode', async () => {
      const { result: wallet } = await call('POST', '/api/wallets', { secretType: 'ETHEREUM', pincode: '4711' })
      expect(wallet).toMatchObject({ hasCustomPin: true })
      expect((await call('POST', '/api/signatures', messageToSign(wallet.id, '4711'))).status).toBe(200)
      expect(await call('POST', '/api/signatures', messageToSign(wallet.id, pin))).toMatchObject({
        codes: ['pincode.incorrect'],
      })
    })

    it('are sorted by the query', async () => {
      const { user, wallet } = await createUserWithWallet()
      for (const description of ['b', 'a', 'c'])
        await call('POST', '/api/wallets', { secretType: 'ETHEREUM', userId: user.id, pincode: pin, description })
      const listed = async (query: string): Promise<unknown[]> =>
        (await call('GET', `/api/wallets?userId=${user.id}&${query}`)).result.map(
          (row: { description?: string }) => row.description,
        )
      expect(await listed('sortOn=description&sortOrder=ASC')).toEqual([undefined, 'a', 'b', 'c'])
      expect(await listed('sortOn=description&sortOrder=desc&size=2&page=2')).toEqual(['a', undefined])
      expect(await listed('sortOn=createdAt&sortOrder=asc')).toEqual([undefined, 'b', 'a', 'c'])
      expect(wallet.description).toBeUndefined()
      expect(await call('GET', '/api/wallets?sortOn=sealedKey')).toMatchObject({ status: 400, codes: ['sortOn'] })
    })

    it('return the name of an invalid field', async () => {
      expect(await call('POST', '/api/wallets', { pincode: pin })).toMatchObject({ status: 400, codes: ['secretType'] })
      expect(await call('POST', '/api/wallets', { secretType: 'ETHEREUM' })).toMatchObject({
        status: 400,
        codes: ['pincode'],
      })
      expect(await call('POST', '/api/wallets', { secretType: 'GOLD', pincode: pin })).toMatchObject({
        codes: ['chain.unsupported'],
      })
      expect(await call('GET', '/api/wallets?size=101')).toMatchObject({ status: 400, codes: ['size'] })
    })
  })

  describe('signatures', () => {
    it('of messages verify in another library (EIP-191)', async () => {
      const { wallet } = await createUserWithWallet()
      const { status, result } = await call('POST', '/api/signatures', messageToSign(wallet.id, pin))
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

    it.each([
      ['hex', '0x00ff80', Buffer.from('00ff80', 'hex')],
      ['hex', '00ff80', Buffer.from('00ff80', 'hex')],
      ['base64', 'AP+A', Buffer.from('00ff80', 'hex')],
      ['text', 'AP+A', 'AP+A'],
      [undefined, 'a\u0000b', 'a\u0000b'],
    ])('of messages in the encoding %s sign the bytes of %j', async (dataEncoding, data, signed) => {
      const { wallet } = await createUserWithWallet()
      const request = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: wallet.id, data, dataEncoding }
      const { result } = await call('POST', '/api/signatures', { pincode: pin, signatureRequest: request })
      expect(verifyMessage(signed, result.signature)).toBe(wallet.address)
      const check = { secretType: 'ETHEREUM', walletId: wallet.id, data, dataEncoding, signature: result.signature }
      const verified = await call('POST', '/api/signatures/verification', check)
      expect(verified.result.isValid).toBe(true)
    })

    it.each([
      ['hex', '0x0'],
      ['hex', 'hello'],
      ['base64', 'AP+'],
      ['base64', 'AP-A'],
      ['base64', 'AP+B='],
      ['rot13', 'hello'],
      ['text', 'a\ud800'],
    ])('of messages in the encoding %s are refused for %j', async (dataEncoding, data) => {
      const { wallet } = await createUserWithWallet()
      const request = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: wallet.id, data, dataEncoding }
      const { status } = await call('POST', '/api/signatures', { pincode: pin, signatureRequest: request })
      expect(status).toBe(400)
    })

    it('refuse U+0000 in every other field', async () => {
      const { wallet } = await createUserWithWallet()
      const request = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: `${wallet.id}\u0000`, data: 'hello' }
      const signed = await call('POST', '/api/signatures', { pincode: pin, signatureRequest: request })
      expect(signed.status).toBe(400)
      const body = { secretType: 'ETHEREUM', walletId: `${wallet.id}\u0000`, data: 'hello', signature: '0x' }
      expect((await call('POST', '/api/signatures/verification', body)).status).toBe(400)
    })

    it('refuse typed data as JSON text that is nested thousands deep', async () => {
      const { wallet } = await createUserWithWallet()
      const data = `{"types":{},"primaryType":"A","domain":{},"message":{"a":${'['.repeat(9000)}${']'.repeat(9000)}}}`
      const request = { type: 'EIP712', secretType: 'ETHEREUM', walletId: wallet.id, data }
      const { status } = await call('POST', '/api/signatures', { pincode: pin, signatureRequest: request })
      expect(status).toBe(400)
    })

    it('of typed data, as object or JSON text, verify in another library (EIP-712)', async () => {
      const { wallet } = await createUserWithWallet()
      for (const data of [mail, JSON.stringify(mail)]) {
        const request = { type: 'EIP712', secretType: 'ETHEREUM', walletId: wallet.id, data }
        const { result } = await call('POST', '/api/signatures', { pincode: pin, signatureRequest: request })
        expect(verifyTypedData(mail.domain, mail.types, mail.message, result.signature)).toBe(wallet.address)
      }
    })

    it('parse the signing method header at the first colon', async () => {
      const { wallet, pinId } = await createUserWithWallet()
      const signed = (header: string) =>
        call('POST', '/api/signatures', messageToSign(wallet.id), { 'signing-method': header })
      expect((await signed(`${pinId}:${pin}`)).status).toBe(200)
      expect(await signed(`${pinId}:${pin}:`)).toMatchObject({ status: 403, codes: ['signing-method.invalid'] })
      expect(await signed(`nobody:${pin}`)).toMatchObject({ status: 403, codes: ['signing-method.invalid'] })
      expect(await signed(pin)).toMatchObject({ status: 400, codes: ['signing-method'] })
    })

    it('require a signing method of the wallet owner', async () => {
      const [mine, other] = [await createUserWithWallet(), await createUserWithWallet()]
      const input = messageToSign(mine.wallet.id)
      expect(await call('POST', '/api/signatures', input)).toMatchObject({
        status: 403,
        codes: ['signing-method.required'],
      })
      const theirs = await call('POST', '/api/signatures', input, { 'signing-method': `${other.pinId}:${pin}` })
      expect(theirs).toMatchObject({ status: 403, codes: ['signing-method.invalid'] })
    })

    it('reject a wrong PIN and lock the method after ten', async () => {
      const { user, wallet } = await createUserWithWallet()
      for (let count = 0; count < 10; count++)
        expect(await call('POST', '/api/signatures', messageToSign(wallet.id, '0000'))).toMatchObject({
          status: 403,
          codes: ['pincode.incorrect'],
        })
      const locked = await call('POST', '/api/signatures', messageToSign(wallet.id, pin))
      expect(locked).toMatchObject({ status: 403, codes: ['pincode.no-tries-left'] })
      const { result } = await call('GET', `/api/users/${user.id}`)
      expect(result.signingMethods[0]).toMatchObject({ incorrectAttempts: 10, remainingAttempts: 0 })
    })
  })

  describe('a user', () => {
    it('is given another reference', async () => {
      const { user } = await createUserWithWallet()
      const changed = await call('PUT', `/api/users/${user.id}`, { reference: 'renamed' })
      expect(changed).toMatchObject({ status: 200, result: { id: user.id, reference: 'renamed' } })
      expect(await call('PUT', '/api/users/nobody', { reference: 'x' })).toMatchObject({
        status: 404,
        codes: ['user.not-found'],
      })
    })

    it('is deleted with a signing method, which archives the wallets', async () => {
      const { user, wallet, pinId } = await createUserWithWallet()
      const gone = (headers: Record<string, string>) => call('DELETE', `/api/users/${user.id}`, undefined, headers)
      expect(await gone({})).toMatchObject({ status: 403, codes: ['signing-method.required'] })
      expect((await gone({ 'signing-method': `${pinId}:${pin}` })).status).toBe(200)
      expect(await call('GET', `/api/users/${user.id}`)).toMatchObject({ status: 404 })
      expect((await call('GET', `/api/wallets?userId=${user.id}&archived=true`)).result).toMatchObject([
        { id: wallet.id, archived: true },
      ])
      expect((await call('GET', `/api/wallets?userId=${user.id}`)).result).toEqual([])
      expect(await call('POST', '/api/signatures', messageToSign(wallet.id, pin))).toMatchObject({
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
