import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { tables } from '@billfold/core'
import { kyselyStorage } from '@billfold/storage-kysely'
import { type FreshDatabase, listTestDatabases } from '@billfold/test-databases'
import { verifyMessage, verifyTypedData, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectHostDatabase } from './database.ts'
import { replyShapes } from './reply-shapes.ts'
import { sendRequest, callCustody, readCredentials, type RunningHost, startExampleHost } from './running-host.ts'
import { readHostSettings } from './settings.ts'

/** Databases that two processes can share. */
const shared = (await listTestDatabases()).filter(({ kind }) => kind !== 'pglite' && kind !== 'sqlite')
const frameworks = ['express', 'koa'] as const

/** Starts one host per framework, one after the other, so that the second finds the credentials of the first. */
async function startBoth(
  environment: Record<string, string>,
): Promise<Record<(typeof frameworks)[number], RunningHost>> {
  const express = await startExampleHost(environment)
  const koa = await startExampleHost({ ...environment, FRAMEWORK: 'koa' }, express.dataDirectory)
  return { express, koa }
}

/** Creates a wallet of a new user with PIN 123456. */
async function createWallet(host: RunningHost): Promise<{ readonly id: string; readonly address: string }> {
  const user = await callCustody(host, 'POST', '/api/users', { signingMethod: { type: 'PIN', value: '123456' } })
  const { id: userId } = replyShapes.created.parse(user.body).result
  const wallet = await callCustody(host, 'POST', '/api/wallets', { secretType: 'ETHEREUM', userId, pincode: '123456' })
  return replyShapes.wallet.parse(wallet.body).result
}

async function signature(host: RunningHost, walletId: string, type: string, data: unknown): Promise<string> {
  const signatureRequest = { type, secretType: 'ETHEREUM', walletId, data }
  const signed = await callCustody(host, 'POST', '/api/signatures', { pincode: '123456', signatureRequest })
  return replyShapes.signature.parse(signed.body).result.signature
}

/** Calls each of the five APIs once and returns the results. */
async function callAllApis(host: RunningHost): Promise<readonly unknown[]> {
  const wallet = await createWallet(host)
  expect(verifyMessage('hello', await signature(host, wallet.id, 'MESSAGE', 'hello'))).toBe(wallet.address)

  const session = { origin: host.url, scopes: 'wallet', authtype: 'face' }
  const { keyId, keySecret } = readCredentials(host.dataDirectory).serviceKey
  const made = await sendRequest(host, 'PUT', '/walletapi/sessions/session/new', session, { keyId, keySecret })
  const { url, sessionId } = replyShapes.session.parse(made.body)
  expect(url).toMatch(new RegExp(`/walletapi/sessions/session/${sessionId}$`))

  const own = Wallet.createRandom()
  const challenge = await sendRequest(host, 'GET', `/onboarding/auth/challenge/${own.address}`)
  const { jwt, message } = replyShapes.challenge.parse(challenge.body)
  const answer = { message, signature: await own.signMessage(message) }
  const bearer = { authorization: `Bearer ${jwt}` }
  expect((await sendRequest(host, 'POST', '/onboarding/auth/challenge', answer, bearer)).status).toBe(200)

  const walletConfig = { txsInput: [{ service: { name: 'Agent', value: 'https://agent.example' } }] }
  const { authorization } = host
  const didWallet = await sendRequest(host, 'POST', '/dids/wallet', { walletConfig }, { authorization })
  const { did } = replyShapes.didWallet.parse(didWallet.body).wallet
  const resolved = await sendRequest(host, 'GET', `/dids/1.0/identifiers/${did}`)
  expect(resolved.body).toMatchObject({
    didDocument: { id: did, service: [{ serviceEndpoint: 'https://agent.example' }] },
  })

  const key = await sendRequest(host, 'GET', '/payments/publickeys')
  expect(Buffer.from(replyShapes.publicKey.parse(key.body).publicKey, 'base64')).toHaveLength(64)
  return [wallet, made, challenge, resolved, key]
}

describe.each(shared)('hosts on $name', (database) => {
  let fresh: FreshDatabase
  let hosts: Awaited<ReturnType<typeof startBoth>>
  beforeAll(async () => {
    fresh = await database.create()
    if (fresh.url === undefined) throw new Error(`${database.name} has no URL`)
    hosts = await startBoth({ DATABASE_URL: fresh.url })
  })
  afterAll(async () => {
    await Promise.all(frameworks.map((framework) => hosts[framework].kill()))
    await fresh.drop()
  })

  it.each(frameworks)('serve all five APIs on %s', async (framework) => {
    expect(await callAllApis(hosts[framework])).toHaveLength(5)
  })

  it('check at most ten of thirty concurrent wrong PINs across two processes', async () => {
    const user = await callCustody(hosts.express, 'POST', '/api/users', {
      signingMethod: { type: 'PIN', value: '123456' },
    })
    const { id: userId } = replyShapes.created.parse(user.body).result
    const guess = (host: RunningHost) =>
      callCustody(host, 'POST', '/api/wallets', { secretType: 'ETHEREUM', userId, pincode: '000000' })
    const guesses = Array.from({ length: 30 }, (_, index) => guess(index % 2 === 0 ? hosts.express : hosts.koa))
    const codes = (await Promise.all(guesses)).map(({ body }) => replyShapes.errors.parse(body).errors[0].code)
    expect(codes.filter((code) => code === 'pincode.incorrect')).toHaveLength(10)
    expect(codes.filter((code) => code === 'pincode.no-tries-left')).toHaveLength(20)
    const { body } = await callCustody(hosts.koa, 'GET', `/api/users/${userId}`)
    expect(replyShapes.user.parse(body).result.signingMethods[0]).toMatchObject({
      remainingAttempts: 0,
      incorrectAttempts: 10,
    })
  })

  it('exit with code 0 on SIGTERM', async () => {
    expect(await Promise.all(frameworks.map((framework) => hosts[framework].stop()))).toEqual([0, 0])
  })
})

describe('a host with default settings', () => {
  let host: RunningHost
  beforeAll(async () => {
    host = await startExampleHost({})
  })
  afterAll(() => host.kill())

  it('serves all five APIs on SQLite in its data directory, and signs typed data', async () => {
    expect(await callAllApis(host)).toHaveLength(5)
    const wallet = await createWallet(host)
    const typed = {
      types: { Vote: [{ name: 'proposal', type: 'uint256' }] },
      primaryType: 'Vote',
      domain: { name: 'Council', chainId: 1 },
      message: { proposal: 7 },
    }
    const signed = await signature(host, wallet.id, 'EIP712', typed)
    expect(verifyTypedData(typed.domain, typed.types, typed.message, signed)).toBe(wallet.address)
  })

  it('reports its health and serves its OpenAPI documents', async () => {
    expect((await sendRequest(host, 'GET', '/health')).body).toEqual({ status: 'ok', failing: [] })
    for (const mount of ['/custody', '/walletapi', '/onboarding', '/dids', '/payments'])
      expect((await sendRequest(host, 'GET', `${mount}/openapi.json`)).body).toMatchObject({
        servers: [{ url: mount }],
      })
  })

  it('names its own site in login messages', async () => {
    const { body } = await sendRequest(host, 'GET', `/onboarding/auth/challenge/${Wallet.createRandom().address}`)
    expect(replyShapes.challenge.parse(body).message).toContain(`${new URL(host.url).host} wants you to sign in`)
  })

  it('retains credentials and users across a restart, in files with mode 0600', async () => {
    const { body } = await callCustody(host, 'POST', '/api/users', { reference: 'retained' })
    const before = readCredentials(host.dataDirectory)
    expect(await host.stop()).toBe(0)
    host = await startExampleHost({ FRAMEWORK: 'koa', DEMO: 'off' }, host.dataDirectory)
    expect(readCredentials(host.dataDirectory).serviceKey).toEqual(before.serviceKey)
    const { id } = replyShapes.created.parse(body).result
    expect((await callCustody(host, 'GET', `/api/users/${id}`)).body).toMatchObject({
      result: { reference: 'retained' },
    })
    for (const file of ['credentials.json', 'keyring.json', 'certificates.json'])
      expect(statSync(join(host.dataDirectory, file)).mode & 0o777).toBe(0o600)
  })

  it('serves neither console nor actions if the demo is off', async () => {
    for (const path of ['/', '/demo/custody', '/demo/about', '/openapi'])
      expect((await fetch(`${host.url}${path}`)).status).toBe(404)
    const request = { method: 'POST', headers: { origin: host.url }, body: '{"pin":"123456"}' }
    expect((await fetch(`${host.url}/demo/actions/custody/user`, request)).status).toBe(404)
  })
})

describe('a host without the demo', () => {
  it.each([
    ['DEMO is off', { DEMO: 'off' }],
    ['NODE_ENV is production', { NODE_ENV: 'production' }],
    ['BASE_URL is on another computer', { BASE_URL: 'https://wallets.example' }],
  ])('creates no key, licence or configuration and serves no console if %s', async (_, environment) => {
    const host = await startExampleHost(environment)
    try {
      expect(host.consoleKey).toBe('')
      expect(existsSync(join(host.dataDirectory, 'credentials.json'))).toBe(false)
      for (const path of ['/', '/demo/about']) expect((await fetch(`${host.url}${path}`)).status).toBe(404)
      expect(await host.stop()).toBe(0)
      const { db, dialect } = await connectHostDatabase(readHostSettings({ DATA_DIR: host.dataDirectory }))
      const storage = kyselyStorage(db, { dialect })
      const names = ['service_keys', 'licences', 'verification_configs']
      const found = tables.filter(({ name }) => names.includes(name))
      expect(found).toHaveLength(names.length)
      for (const table of found) expect(await storage.find(table)).toEqual([])
      await db.destroy()
    } finally {
      await host.kill()
    }
  })
})
