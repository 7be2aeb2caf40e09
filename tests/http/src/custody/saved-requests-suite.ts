import { expect, it } from 'vitest'
import { verifyMessage } from 'ethers'
import type { RequestDriver } from '../request-driver.ts'
import { encryptSigningMethod } from './encrypt-signing-method.ts'
import { createSuiteCalls, pin } from './suite-calls.ts'

const to = `0x${'22'.repeat(20)}`

/** What the suite controls besides the requests. */
export interface SavedRequestsClock {
  readonly authorization: () => string
  /** Moves the time of the host forward. */
  readonly advance: (milliseconds: number) => void
}

/** Requests that are saved, confirmed and signed later. */
export function savedRequestsSuite(client: RequestDriver, { authorization, advance }: SavedRequestsClock): void {
  const { call, createUserWithWallet } = createSuiteCalls(client, authorization)
  const transfer = (walletId: string, status?: string) => ({
    type: 'TRANSFER',
    secretType: 'ETHEREUM',
    walletId,
    to,
    value: '0.5',
    status,
  })
  const message = (walletId: string, status?: string) => ({
    type: 'MESSAGE',
    secretType: 'ETHEREUM',
    walletId,
    data: 'I agree',
    status,
  })
  const pincode = { pincode: pin }

  it('a signature is built, confirmed and signed, once each', async () => {
    const { user, wallet, pinId } = await createUserWithWallet()
    const { status, result: built } = await call('POST', '/api/signatures/build', message(wallet.id))
    expect(status).toBe(200)
    expect(built).toMatchObject({
      success: true,
      type: 'ETHEREUM_RAW',
      signatureRequest: {
        id: built.id,
        walletId: wallet.id,
        status: 'SAVED',
        type: 'ETHEREUM_RAW',
        data: 'I agree',
        hash: true,
      },
    })
    const path = `/api/signatures/${built.id}`
    expect(await call('POST', `${path}/sign`, pincode)).toMatchObject({
      status: 409,
      codes: ['saved-request.not-confirmed'],
    })
    expect(await call('POST', `${path}/confirm`, { secretType: 'MATIC', ...pincode })).toMatchObject({
      codes: ['secretType'],
    })
    const byMethod = { 'signing-method': `${pinId}:${pin}` }
    const { result: ready } = await call('POST', `${path}/confirm`, { secretType: 'ETHEREUM' }, byMethod)
    expect(ready.signatureRequest).toMatchObject({ status: 'READY', data: 'I agree' })
    expect(Date.parse(ready.expiresAt)).toBeLessThan(Date.parse(built.expiresAt))
    expect(await call('POST', `${path}/confirm`, pincode)).toMatchObject({
      status: 409,
      codes: ['saved-request.already-confirmed'],
    })
    const { result: signed } = await call('POST', `${path}/sign`, pincode)
    expect(verifyMessage('I agree', signed.signature)).toBe(wallet.address)
    expect(await call('POST', `${path}/sign`, pincode)).toMatchObject({
      status: 409,
      codes: ['saved-request.already-signed'],
    })
    const { result: shown } = await call('GET', path)
    expect(shown.signatureRequest).toMatchObject({ status: 'SIGNED' })
    expect(shown.signatureRequest).not.toHaveProperty('data')
    expect((await call('GET', `/api/signatures?userId=${user.id}`)).result).toMatchObject([
      { id: built.id, signatureRequest: { status: 'SIGNED', type: 'HEX_SIGNATURE' } },
    ])
  })

  it('a transaction is saved, confirmed and executed, under one id', async () => {
    const { user, wallet } = await createUserWithWallet()
    const { result: saved } = await call('POST', '/api/transactions', transfer(wallet.id, 'SAVED'))
    expect(saved).toMatchObject({
      id: saved.transactionRequest.id,
      transactionRequest: { status: 'SAVED', type: 'ETH_TRANSACTION', transferType: 'TRANSFER', to, value: '0.5' },
    })
    expect(saved).not.toHaveProperty('transactionHash')
    const path = `/api/transactions/${saved.id}`
    expect(await call('POST', `${path}/execute`, pincode)).toMatchObject({
      status: 409,
      codes: ['saved-request.not-confirmed'],
    })
    expect((await call('POST', `${path}/confirm`, pincode)).result.transactionRequest.status).toBe('READY')
    const { status, result: sent } = await call('POST', `${path}/execute`, pincode)
    expect({ status, id: sent.id }).toEqual({ status: 200, id: saved.id })
    for (const step of ['confirm', 'execute'])
      expect(await call('POST', `${path}/${step}`, pincode)).toMatchObject({
        status: 409,
        codes: ['saved-request.already-signed'],
      })
    expect(await call('DELETE', path)).toMatchObject({ status: 409, codes: ['saved-request.already-signed'] })
    const shown = { id: saved.id, transactionHash: sent.transactionHash, transactionRequest: { status: 'PENDING' } }
    expect((await call('GET', path)).result).toMatchObject(shown)
    expect((await call('GET', `/api/transactions?userId=${user.id}`)).result).toMatchObject([shown])
  })

  it('a transaction is saved by a build with a status, and only computed without one', async () => {
    const { user, wallet } = await createUserWithWallet()
    const fields = { ...transfer(wallet.id), chainSpecificFields: { nonce: 1, gasLimit: 21_000, gasPrice: 1 } }
    expect((await call('POST', '/api/transactions/build', fields)).result).toHaveProperty('unsigned')
    expect((await call('GET', `/api/transactions?userId=${user.id}`)).result).toEqual([])
    expect((await call('POST', '/api/transactions/build', { ...fields, status: 'READY' })).codes).toEqual([
      'transactionRequest.chainSpecificFields.nonce',
    ])
    const { result: ready } = await call('POST', '/api/transactions/build', transfer(wallet.id, 'READY'))
    expect(ready.transactionRequest.status).toBe('READY')
    expect((await call('POST', `/api/transactions/${ready.id}/execute`, pincode)).status).toBe(200)
  })

  it('a request with the status READY is signed at once if a signing method is sent', async () => {
    const { wallet } = await createUserWithWallet()
    const signed = await call('POST', '/api/signatures', { ...pincode, signatureRequest: message(wallet.id, 'READY') })
    expect(signed.result.type).toBe('HEX_SIGNATURE')
    const { result: ready } = await call('POST', '/api/signatures', { signatureRequest: message(wallet.id, 'READY') })
    expect(ready.signatureRequest.status).toBe('READY')
    const { result: saved } = await call('POST', '/api/signatures', {
      ...pincode,
      signatureRequest: message(wallet.id, 'SAVED'),
    })
    expect(saved.signatureRequest.status).toBe('SAVED')
    const sent = await call('POST', '/api/transactions', { ...pincode, ...transfer(wallet.id, 'READY') })
    expect(sent.result.transactionHash).toMatch(/^0x/)
  })

  it('a request that is refused is not used up', async () => {
    const { wallet } = await createUserWithWallet()
    const { result: tooMuch } = await call('POST', '/api/transactions', {
      ...transfer(wallet.id, 'READY'),
      value: '1e9',
    })
    const { result: ready } = await call('POST', '/api/signatures', { signatureRequest: message(wallet.id, 'READY') })
    const path = `/api/signatures/${ready.id}`
    expect(await call('POST', `${path}/sign`, { pincode: '000001' })).toMatchObject({
      status: 403,
      codes: ['pincode.incorrect'],
    })
    expect(await call('POST', `${path}/sign`, {})).toMatchObject({ status: 403, codes: ['signing-method.required'] })
    const metadata = `/api/wallets/${wallet.id}/metadata`
    await call('PATCH', metadata, { archived: true })
    expect(await call('POST', `${path}/sign`, pincode)).toMatchObject({ status: 400, codes: ['wallet.archived'] })
    await call('PATCH', metadata, { archived: false })
    expect((await call('GET', path)).result.signatureRequest.status).toBe('READY')
    expect((await call('POST', `${path}/sign`, pincode)).status).toBe(200)
    expect(await call('POST', `/api/transactions/${tooMuch.id}/execute`, pincode)).toMatchObject({
      status: 400,
      codes: ['transaction.insufficient-funds'],
    })
    expect((await call('GET', `/api/transactions/${tooMuch.id}`)).result.transactionRequest.status).toBe('READY')
  })

  it('a request is confirmed and signed with an encrypted signing method, with and without a body', async () => {
    const { wallet, pinId } = await createUserWithWallet()
    const { result: saved } = await call('POST', '/api/signatures/build', message(wallet.id))
    const { encryptionKeys } = (await call('GET', '/api/security')).result
    const post = (step: string, body?: string) => {
      const method = { id: pinId, value: pin, idempotencyKey: crypto.randomUUID(), body: body ?? '' }
      return client.request('POST', `/api/signatures/${saved.id}/${step}`, {
        headers: {
          authorization: authorization(),
          'encrypted-signing-method': encryptSigningMethod(encryptionKeys[0], method),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body }),
      })
    }
    expect((await post('confirm', JSON.stringify({ secretType: 'ETHEREUM' }))).status).toBe(200)
    expect((await post('sign')).status).toBe(200)
  })

  it('a request belongs to its user: nobody else confirms or signs it', async () => {
    const [owner, stranger] = [await createUserWithWallet(), await createUserWithWallet()]
    const { result: saved } = await call('POST', '/api/signatures/build', message(owner.wallet.id))
    const path = `/api/signatures/${saved.id}`
    const byStranger = { 'signing-method': `${stranger.pinId}:${pin}` }
    const refused = { status: 403, codes: ['signing-method.invalid'] }
    expect(await call('POST', `${path}/confirm`, {}, byStranger)).toMatchObject(refused)
    expect((await call('POST', `${path}/confirm`, pincode)).status).toBe(200)
    expect(await call('POST', `${path}/sign`, {}, byStranger)).toMatchObject(refused)
    expect((await call('GET', path)).result.signatureRequest.status).toBe('READY')
    expect((await call('GET', `/api/signatures?userId=${stranger.user.id}`)).result).toEqual([])
    // A request for a signature is no transaction.
    expect(await call('POST', `/api/transactions/${saved.id}/execute`, pincode)).toMatchObject({ status: 404 })
    expect(await call('GET', `/api/transactions/${saved.id}`)).toMatchObject({ status: 404 })
  })

  it('a request that expires is neither confirmed nor signed', async () => {
    const { user, wallet } = await createUserWithWallet()
    const { result: saved } = await call('POST', '/api/signatures/build', message(wallet.id))
    const { result: ready } = await call('POST', '/api/transactions', transfer(wallet.id, 'READY'))
    advance(301_000)
    const expired = { status: 410, codes: ['saved-request.expired'] }
    expect(await call('POST', `/api/transactions/${ready.id}/execute`, pincode)).toMatchObject(expired)
    expect(await call('DELETE', `/api/transactions/${ready.id}`)).toMatchObject(expired)
    const list = async (statuses: string) =>
      (await call('GET', `/api/transactions?userId=${user.id}&statuses=${statuses}`)).result.length
    expect([await list('READY'), await list('EXPIRED'), await list('READY,EXPIRED'), await list('PENDING')]).toEqual([
      0, 1, 1, 0,
    ])
    advance(7 * 86_400_000)
    expect(await call('POST', `/api/signatures/${saved.id}/confirm`, pincode)).toMatchObject(expired)
    expect((await call('GET', `/api/signatures/${saved.id}`)).result.signatureRequest.status).toBe('EXPIRED')
  })

  it('a request is canceled, and is final then', async () => {
    const { wallet } = await createUserWithWallet()
    const { result: saved } = await call('POST', '/api/transactions', transfer(wallet.id, 'SAVED'))
    const path = `/api/transactions/${saved.id}`
    expect((await call('DELETE', path)).result.transactionRequest.status).toBe('CANCELED')
    const canceled = { status: 409, codes: ['saved-request.canceled'] }
    expect(await call('DELETE', path)).toMatchObject(canceled)
    for (const step of ['confirm', 'execute'])
      expect(await call('POST', `${path}/${step}`, pincode)).toMatchObject(canceled)
    const { result } = await call('GET', path)
    expect(result.transactionRequest).toMatchObject({ status: 'CANCELED' })
    expect(result.transactionRequest).not.toHaveProperty('to')
    const { result: signature } = await call('POST', '/api/signatures/build', message(wallet.id))
    expect((await call('DELETE', `/api/signatures/${signature.id}`)).result.signatureRequest.status).toBe('CANCELED')
    for (const kind of ['transactions', 'signatures'])
      expect(await call('DELETE', `/api/${kind}/nothing`)).toMatchObject({
        status: 404,
        codes: ['saved-request.not-found'],
      })
  })

  it('lists have saved and sent transactions in one order, with totals', async () => {
    const { user, wallet } = await createUserWithWallet()
    const ids: string[] = []
    for (let count = 0; count < 6; count++) {
      const saved = count % 2 === 0
      const { result } = await call('POST', '/api/transactions', {
        ...transfer(wallet.id, saved ? 'SAVED' : undefined),
        ...(!saved && pincode),
      })
      ids.push(result.id)
    }
    const page = async (query: string) => {
      const reply = await client.request('GET', `/api/transactions?userId=${user.id}&size=2&${query}`, {
        headers: { authorization: authorization() },
      })
      return reply.json as { result: { id: string }[]; pagination: { numberOfElements: number } }
    }
    const read: string[] = []
    for (const number of [1, 2, 3]) {
      const { result, pagination } = await page(`page=${number}`)
      read.push(...result.map(({ id }) => id))
      expect(pagination.numberOfElements).toBe(6)
    }
    expect(read).toEqual(ids.toReversed())
    expect((await page('page=3&sortOrder=ASC&sortOn=createdAt')).result.map(({ id }) => id)).toEqual(ids.slice(4))
    expect((await page('statuses=SAVED,READY')).pagination.numberOfElements).toBe(3)
    expect((await page('statuses=PENDING')).pagination.numberOfElements).toBe(3)
    expect((await page('page=9')).result).toEqual([])
    expect((await page('includeUsers=false')).pagination.numberOfElements).toBe(0)
  })

  it('a repetition with its idempotency key saves once, also after the execution', async () => {
    const { wallet } = await createUserWithWallet()
    const key = { 'idempotency-key': 'save-one-transaction' }
    const save = () => call('POST', '/api/transactions', transfer(wallet.id, 'READY'), key)
    const { result: first } = await save()
    expect((await save()).result.id).toBe(first.id)
    const other = { ...transfer(wallet.id, 'READY'), value: '2' }
    const reused = { status: 422, codes: ['idempotency-key.reused'] }
    expect(await call('POST', '/api/transactions', other, key)).toMatchObject(reused)
    const { result: sent } = await call('POST', `/api/transactions/${first.id}/execute`, pincode)
    expect((await save()).result).toMatchObject({ id: first.id, transactionHash: sent.transactionHash })
    expect(await call('POST', '/api/transactions', other, key)).toMatchObject(reused)
  })

  it('what cannot be signed is refused when it is saved', async () => {
    const { wallet } = await createUserWithWallet()
    const build = (fields: object) => call('POST', '/api/signatures/build', { ...message(wallet.id), ...fields })
    expect(await build({ type: 'EIP712', data: { types: {} } })).toMatchObject({ status: 400 })
    expect(await build({ type: 'ETHEREUM_RAW', data: `0x${'11'.repeat(32)}` })).toMatchObject({
      codes: ['signature.raw-disabled'],
    })
    expect(await build({ secretType: 'MATIC' })).toMatchObject({ codes: ['signatureRequest.secretType'] })
    expect(await build({ type: 'GIFT' })).toMatchObject({ codes: ['type'] })
    expect(await call('POST', '/api/signatures/build', {})).toMatchObject({ codes: ['signatureRequest'] })
    expect(await call('POST', '/api/transactions', { ...transfer('nothing', 'SAVED') })).toMatchObject({ status: 404 })
  })

  it('the requests of a wallet are deleted when it is linked to a user', async () => {
    const { user, pinId } = await createUserWithWallet()
    const { result: wallet } = await call('POST', '/api/wallets', { secretType: 'ETHEREUM', pincode: '471147' })
    const { result: saved } = await call('POST', '/api/signatures/build', message(wallet.id))
    const body = { userId: user.id, pincode: '471147' }
    const linked = await call('PUT', `/api/wallets/${wallet.id}/user`, body, { 'signing-method': `${pinId}:${pin}` })
    expect(linked.status).toBe(200)
    expect(await call('GET', `/api/signatures/${saved.id}`)).toMatchObject({ status: 404 })
  })

  it('an owner has a limited number of open requests', async () => {
    const { wallet } = await createUserWithWallet()
    for (let count = 0; count < 100; count++)
      expect((await call('POST', '/api/signatures/build', message(wallet.id))).status).toBe(200)
    const refused = { status: 409, codes: ['saved-request.limit-reached'] }
    expect(await call('POST', '/api/signatures/build', message(wallet.id))).toMatchObject(refused)
    expect(await call('POST', '/api/transactions', transfer(wallet.id, 'SAVED'))).toMatchObject(refused)
  })
}
