import { randomUUID } from 'node:crypto'
import { verifyMessage } from 'ethers'
import { describe, expect, it } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { callCustody } from './custody-host.ts'
import { createSuiteCalls, messageToSign, pin } from './suite-calls.ts'
import { encryptSigningMethod, type SigningMethodInput } from './encrypt-signing-method.ts'

/** The suite of signing methods over HTTP; `authorization` returns the header of a service key. */
export function signingMethodSuite(client: MountedClient, authorization: () => string): void {
  const { call, createUserWithWallet } = createSuiteCalls(client, authorization)

  describe('signing methods', () => {
    it('replace a lost PIN through an emergency code, and wallets still sign', async () => {
      const { wallet, pinId, methods } = await createUserWithWallet()
      const added = await call('POST', methods, { type: 'EMERGENCY_CODE' }, { 'signing-method': `${pinId}:${pin}` })
      expect(added.result).toEqual({
        id: expect.any(String),
        type: 'EMERGENCY_CODE',
        incorrectAttempts: 0,
        remainingAttempts: 10,
        hasMasterSecret: true,
        value: expect.stringMatching(/^[0-9a-z]{25}$/),
      })
      const code = { 'signing-method': `${added.result.id}:${added.result.value}` }
      const reset = await call('PUT', `${methods}/${pinId}`, { value: '987654' }, code)
      expect(reset).toMatchObject({ status: 200, result: { id: pinId, type: 'PIN', remainingAttempts: 10 } })
      expect(await call('POST', '/api/signatures', messageToSign(wallet.id, pin))).toMatchObject({
        codes: ['pincode.incorrect'],
      })
      const { result } = await call('POST', '/api/signatures', messageToSign(wallet.id, '987654'))
      expect(verifyMessage('hello', result.signature)).toBe(wallet.address)
    })

    it('are replaced and deleted through another method only, and a PIN is not deletable', async () => {
      const { pinId, methods } = await createUserWithWallet()
      const byPin = { 'signing-method': `${pinId}:${pin}` }
      const { result: code } = await call('POST', methods, { type: 'EMERGENCY_CODE' }, byPin)
      const byCode = { 'signing-method': `${code.id}:${code.value}` }
      const rejected = [
        await call('PUT', `${methods}/${pinId}`, { value: '987654' }, byPin),
        await call('PUT', `${methods}/${pinId}`, { value: '12' }, byCode),
        await call('PUT', `${methods}/${pinId}`, { value: '987654' }),
        await call('DELETE', `${methods}/${pinId}`, undefined, byCode),
        await call('DELETE', `${methods}/${code.id}`, undefined, byCode),
        await call('POST', methods, { type: 'EMERGENCY_CODE' }, byPin),
        await call('POST', methods, { type: 'VOICE', value: 'la' }, byPin),
      ]
      expect(rejected.flatMap(({ codes }) => codes)).toEqual([
        'signing-method.different-method-required',
        'signing-method.invalid-value',
        'signing-method.required',
        'signing-method.pin-not-deletable',
        'signing-method.different-method-required',
        'signing-method.exists',
        'signing-method.unsupported-type',
      ])
      const replaced = await call('PATCH', `${methods}/${code.id}`, {}, byPin)
      expect(replaced.result.value).toMatch(/^[0-9a-z]{25}$/)
      expect((await call('DELETE', `${methods}/${code.id}`, undefined, byPin)).status).toBe(200)
    })
  })

  describe('an encrypted signing method', () => {
    const signing = async (
      walletId: string,
      method: { id: string; value: string },
      change: Partial<SigningMethodInput> = {},
    ) => {
      const body = JSON.stringify(messageToSign(walletId))
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
      const { wallet, pinId } = await createUserWithWallet()
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
      const { wallet, pinId } = await createUserWithWallet()
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
      const { user, pinId } = await createUserWithWallet()
      const { result: wallet } = await call('POST', '/api/wallets', { secretType: 'ETHEREUM', pincode: '4711' })
      const byUser = { 'signing-method': `${pinId}:${pin}` }
      const link = (pincode: string) =>
        call(method, `/api/wallets/${wallet.id}/${name}`, { userId: user.id, pincode }, byUser)
      expect(await link('0000')).toMatchObject({ status: 403, codes: ['pincode.incorrect'] })
      const linked = await link('4711')
      expect(linked).toMatchObject({ status: 200, result: { id: wallet.id, userId: user.id, hasCustomPin: false } })
      expect(await call('POST', '/api/signatures', messageToSign(wallet.id, '4711'))).toMatchObject({
        codes: ['pincode.incorrect'],
      })
      const { result } = await call('POST', '/api/signatures', messageToSign(wallet.id, pin))
      expect(verifyMessage('hello', result.signature)).toBe(wallet.address)
      expect(await link('4711')).toMatchObject({ status: 409, codes: ['wallet.already-linked'] })
    })
  })
}
