import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '@billfold/core/client'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from './app.ts'
import type { BillfoldInstance } from './billfold.ts'
import { BILLFOLD } from './billfold-module.ts'

const folder = mkdtempSync(join(tmpdir(), 'billfold-nestjs-'))
let app: NestExpressApplication
let url = ''
let authorization = ''

beforeAll(async () => {
  app = await createApp(folder)
  await app.listen(0, '127.0.0.1')
  url = await app.getUrl()
  const { billfold } = app.get<BillfoldInstance>(BILLFOLD)
  const key = await billfold.serviceKeys.create({ tag: 'test', scopes: ['custody', 'dids', 'payments:gateway'] })
  authorization = `Basic ${Buffer.from(`${key.keyId}:${key.keySecret}`).toString('base64')}`
})
afterAll(async () => {
  await app.close()
  rmSync(folder, { recursive: true, force: true })
})

async function send(method: string, path: string, json?: unknown, headers: Record<string, string> = { authorization }) {
  const sent = json === undefined ? {} : { body: JSON.stringify(json) }
  const type = json === undefined ? {} : { 'content-type': 'application/json' }
  const response = await fetch(`${url}${path}`, { method, headers: { ...type, ...headers }, ...sent })
  return { status: response.status, body: JSON.parse(await response.text()) }
}

test('custody: creates a user and a wallet, and signs', async () => {
  const pin = '123456'
  const user = await send('POST', '/custody/api/users', { signingMethod: { type: 'PIN', value: pin } })
  const body = { secretType: 'ETHEREUM', userId: user.body.result.id, pincode: pin }
  const { result: wallet } = (await send('POST', '/custody/api/wallets', body)).body
  const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: wallet.id, data: 'hello' }
  const signed = await send('POST', '/custody/api/signatures', { pincode: pin, signatureRequest })
  expect(signed).toMatchObject({ status: 200, body: { result: { signature: expect.stringMatching(/^0x/) } } })
})

test('DIDs: creates a wallet and resolves its DID', async () => {
  const { did } = (await send('POST', '/dids/wallet', { wallet: {} })).body.wallet
  expect((await send('GET', `/dids/1.0/identifiers/${did}`)).body.didDocument.id).toBe(did)
})

test('onboarding: logs in with a wallet signature', async () => {
  const { jwt } = (await send('GET', '/onboarding/auth/challenge')).body
  const { nonce } = JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString())
  const signature = await Wallet.createRandom().signMessage(nonce)
  const headers = { authorization: `Bearer ${jwt}` }
  const response = await send('POST', '/onboarding/auth/challenge', { signature }, headers)
  expect(response).toMatchObject({ status: 200, body: { jwt: expect.any(String) } })
})

test('payments: registers and logs in', async () => {
  const form = {
    email: 'ada@example.org',
    password: 'correct horse 4711',
    phone_number: '+15550100',
    imei: 'imei1',
    dob: '1990-02-28',
    username: 'ada',
    first_name: 'Ada',
    last_name: 'Ade',
    address: '1 Main Street',
  }
  expect((await send('POST', '/payments/api/v1/lokdon/register/', form, {})).body.response_code).toBe('0')
  const login = await send('POST', '/payments/api/auth/login/', { ...form, appid: '1' }, {})
  expect(login).toMatchObject({ status: 200, body: { message: 'Authentication Sucessfull' } })
})

test('authentication: answers an encrypted call of a relying party', async () => {
  const { billfold } = app.get<BillfoldInstance>(BILLFOLD)
  const { licence } = await billfold.licences.create({ tag: 'relying party' })
  const connection = await connect({ url: `${url}/walletapi`, licence })
  const enrolled = await connection.call('POST', '/check_enrollment', {
    data: { list: [{ did: `did:ethr:0x${'a'.repeat(40)}` }] },
  })
  expect(enrolled).toMatchObject({ data: { list: [] } })
})

test('applies the global prefix to controllers and not to the APIs', async () => {
  expect(await send('GET', '/api/status')).toEqual({ status: 200, body: { billfold: 'ok' } })
  expect((await send('GET', '/api/custody/api/users')).body).toMatchObject({ error: 'Not Found' })
})

test('renders API errors by the APIs and other errors by Nest', async () => {
  expect(await send('POST', '/custody/api/users', { signingMethod: 7 })).toMatchObject({
    status: 400,
    body: { success: false },
  })
  expect(await send('GET', '/custody/nothing')).toMatchObject({ status: 404, body: { success: false } })
  expect(await send('GET', '/api/nothing')).toMatchObject({
    status: 404,
    body: { statusCode: 404, error: 'Not Found' },
  })
})

test('closes the database when the app closes', async () => {
  const other = mkdtempSync(join(tmpdir(), 'billfold-nestjs-'))
  const second = await createApp(other)
  await second.listen(0, '127.0.0.1')
  const { billfold } = second.get<BillfoldInstance>(BILLFOLD)
  expect((await billfold.health()).status).toBe('ok')
  await second.close()
  expect((await billfold.health()).status).toBe('unavailable')
  rmSync(other, { recursive: true, force: true })
})
