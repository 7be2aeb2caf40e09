import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type FreshDatabase, openTestDatabases, type TestDatabase } from '@billfold/test-databases'
import { verifyMessage, verifyTypedData, Wallet } from 'ethers'
import { afterEach, describe, expect, it } from 'vitest'
import { call, credentialsIn, type RunningHost, startHost } from './running-host.ts'

const run = promisify(execFile)
/** What another process can reach, which an in-process stand-in cannot. */
const databases = (await openTestDatabases()).filter(({ kind }) => kind !== 'pglite')
const hosts: RunningHost[] = []
const opened: FreshDatabase[] = []

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.kill()))
  await Promise.all(opened.splice(0).map((database) => database.drop()))
})

async function start(environment: Record<string, string>, dataDirectory?: string): Promise<RunningHost> {
  const host = await startHost(environment, dataDirectory)
  hosts.push(host)
  return host
}

async function fresh(database: TestDatabase): Promise<{ readonly url: string; readonly database: FreshDatabase }> {
  const made = await database.open()
  opened.push(made)
  if (made.url === undefined) throw new Error(`${database.name} has no URL`)
  return { url: made.url, database: made }
}

/** The shell commands on the front page, as somebody would copy them. */
async function commandsOn(host: RunningHost, section = 0): Promise<string> {
  const page = await (await fetch(host.url)).text()
  const [, commands = ''] = [...page.matchAll(/<pre><code>([\s\S]*?)<\/code><\/pre>/g)][section] ?? []
  return commands.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

describe.each(['express', 'koa'])('the example host on %s', (framework) => {
  it.each(databases)('runs the calls of its own page on $name', async (database) => {
    const { url } = await fresh(database)
    const host = await start({ FRAMEWORK: framework, DATABASE_URL: url })
    const { stdout } = await run('sh', ['-c', await commandsOn(host)], { cwd: host.dataDirectory })
    const [wallet, signature] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(verifyMessage('hello', signature.result.signature)).toBe(wallet.result.address)
    expect(await host.stop()).toBe(0)
  })

  it('starts on SQLite in its data directory, with nothing set, and signs typed data', async () => {
    const host = await start({ FRAMEWORK: framework })
    const user = await call(host, 'POST', '/api/users', { signingMethod: { type: 'PIN', value: '123456' } })
    const body = { secretType: 'ETHEREUM', userId: user.body.result.id, pincode: '123456' }
    const { result: wallet } = (await call(host, 'POST', '/api/wallets', body)).body
    const typed = {
      types: { Vote: [{ name: 'proposal', type: 'uint256' }] },
      primaryType: 'Vote',
      domain: { name: 'Council', chainId: 1 },
      message: { proposal: 7 },
    }
    const signatureRequest = { type: 'EIP712', secretType: 'ETHEREUM', walletId: wallet.id, data: typed }
    const { result } = (await call(host, 'POST', '/api/signatures', { pincode: '123456', signatureRequest })).body
    expect(verifyTypedData(typed.domain, typed.types, typed.message, result.signature)).toBe(wallet.address)
  })

  it('runs the calls of the authentication API on its page', async () => {
    const host = await start({ FRAMEWORK: framework })
    const { stdout } = await run('sh', ['-c', await commandsOn(host, 1)], { cwd: host.dataDirectory })
    const [health, enrolled, session] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(health).toMatchObject({ code: '200' })
    expect(enrolled).toEqual({ list: [] })
    expect(session.url).toBe(`${host.url}/walletapi/sessions/session/${session.sessionId}`)
  })

  it('runs the calls of the DID API on its page', async () => {
    const host = await start({ FRAMEWORK: framework })
    const { stdout } = await run('sh', ['-c', await commandsOn(host, 2)], { cwd: host.dataDirectory })
    const [resolved, renamed] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(resolved.didDocument.service).toHaveLength(1)
    expect(renamed.wallets).toMatchObject([{ did: resolved.didDocument.id, alias: 'my first DID' }])
  })

  it('says whether it is well, and serves its OpenAPI document', async () => {
    const host = await start({ FRAMEWORK: framework })
    expect(await (await fetch(`${host.url}/health`)).json()).toEqual({ status: 'ok', failing: [] })
    expect(await (await fetch(`${host.url}/custody/openapi.json`)).json()).toMatchObject({
      servers: [{ url: '/custody' }],
    })
  })

  it('serves a page that signs in with a wallet, and the modules that the page is made of', async () => {
    const host = await start({ FRAMEWORK: framework })
    const get = async (path: string): Promise<Response> => fetch(`${host.url}${path}`)
    expect(await (await get('/demo/onboarding')).text()).toContain('/demo/onboarding.js')
    for (const module of [
      'onboarding.js',
      'noble/curves/secp256k1.js',
      'noble/curves/abstract/weierstrass.js',
      'noble/hashes/sha3.js',
      'noble/hashes/_u64.js',
      'noble/curves/abstract/hash-to-curve.js',
    ])
      expect((await get(`/demo/${module}`)).headers.get('content-type')).toContain('javascript')
    expect((await get('/demo/noble/curves/..%2fpackage.json')).status).toBe(404)
    const wallet = Wallet.createRandom()
    const challenge = await (await get(`/onboarding/auth/challenge/${wallet.address}`)).text()
    const { jwt, message } = JSON.parse(challenge)
    expect(message).toContain(`${new URL(host.url).host} wants you to sign in`)
    const answered = await fetch(`${host.url}/onboarding/auth/challenge`, {
      method: 'POST',
      headers: { authorization: `Bearer ${jwt}`, 'content-type': 'application/json' },
      body: JSON.stringify({ message, signature: await wallet.signMessage(message) }),
    })
    expect(answered.status).toBe(200)
  })

  it('keeps its credentials and its users when it is started again, and its secrets to itself', async () => {
    const host = await start({ FRAMEWORK: framework })
    const { body } = await call(host, 'POST', '/api/users', { reference: 'kept' })
    const before = credentialsIn(host.dataDirectory)
    expect(await host.stop()).toBe(0)
    const again = await start({ FRAMEWORK: framework }, host.dataDirectory)
    expect(credentialsIn(again.dataDirectory).serviceKey).toEqual(before.serviceKey)
    expect((await call(again, 'GET', `/api/users/${body.result.id}`)).body.result.reference).toBe('kept')
    for (const file of ['credentials.json', 'keyring.json'])
      expect(statSync(join(host.dataDirectory, file)).mode & 0o777).toBe(0o600)
  })
})

describe('two host processes on one database', () => {
  const shared = databases.filter(({ kind }) => kind !== 'sqlite')

  it.each(shared)('let at most ten of fifty parallel guesses of a PIN be checked on $name', async (database) => {
    const { url } = await fresh(database)
    const first = await start({ DATABASE_URL: url })
    const second = await start({ DATABASE_URL: url, FRAMEWORK: 'koa' }, first.dataDirectory)
    const user = await call(first, 'POST', '/api/users', { signingMethod: { type: 'PIN', value: '123456' } })
    const userId: string = user.body.result.id
    const guess = (host: RunningHost) =>
      call(host, 'POST', '/api/wallets', { secretType: 'ETHEREUM', userId, pincode: '000000' })
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => guess(index % 2 === 0 ? first : second)))
    const codes = answers.map(({ body }) => body.errors[0].code)
    expect(codes.filter((code) => code === 'pincode.incorrect')).toHaveLength(10)
    expect(codes.filter((code) => code === 'pincode.no-tries-left')).toHaveLength(40)
    const { body } = await call(second, 'GET', `/api/users/${userId}`)
    expect(body.result.signingMethods[0]).toMatchObject({ remainingAttempts: 0, incorrectAttempts: 10 })
  })
})
