import { memoryStorage, type Storage } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, expect, it } from 'vitest'
import { createEncryptingClient, type EncryptingClient } from '../authentication/encrypting-client.ts'
import { createFaceHost, type FaceHost } from '../authentication/face-host.ts'
import { createSelfie } from '../authentication/fixtures.ts'
import { createLoginFlow, publicUrl } from '../authentication/login-flow.ts'
import { describeMounted } from '../hosts/describe-mounted.ts'
import type { RequestDriver } from '../request-driver.ts'
import { type ComputedValues, readRecording, replayRecording } from './replay-recording.ts'

const helpers = [
  ['1kosmos-node-helper-2026-02'],
  ['1kosmos-java-helper-2025-03'],
  ['1kosmos-php-helper-2023-05'],
  ['1kosmos-dotnet-helper-2023-03'],
] as const

const pin = '471147'

function createHost(storage: Storage): Promise<FaceHost> {
  return createFaceHost({
    storage,
    authentication: { ecdsaHelper: true, ecdsaHelperReply: 'object', communities: [{ id: 'default', name: 'main' }] },
  })
}

/** What a helper computes: its encrypted headers, and what it decrypts. Between two polls, somebody logs in in a browser. */
async function computeWith(
  driver: RequestDriver,
  { billfold, licence }: FaceHost,
  userId: string,
): Promise<ComputedValues> {
  const caller: EncryptingClient = await createEncryptingClient(driver, { licence })
  const flow = await createLoginFlow(driver, billfold, licence)
  const header = (name: string) => async () => String((await caller.headers())[name])
  const { publicKey } = Object((await driver.request('GET', '/publickeys')).json)
  const requestIds = [1, 2, 3, 4, 5, 6].map((number) => [`requestid${number}`, header('requestid')] as const)
  return {
    ...Object.fromEntries(requestIds),
    url: async () => publicUrl,
    systemKey: async () => publicKey,
    licence: async () => licence,
    publickey: header('publickey'),
    licensekey: header('licensekey'),
    completedSession: async (saved) => {
      const sessionId = saved.get('sessionId') ?? ''
      const browser = await flow.startBrowser(`${publicUrl}/sessions/session/${sessionId}`)
      const { data } = await browser.submitFace({ selfie: createSelfie(userId) })
      await browser.verifyPin(data.token, { pin, isTrustedDevice: false })
      return sessionId
    },
    did: async (saved) => Object(JSON.parse(await caller.channel.decrypt(saved.get('claims') ?? ''))).did,
    decryptedClaims: (saved) => caller.channel.decrypt(saved.get('claims') ?? ''),
    decryptedProfile: (saved) => caller.channel.decrypt(saved.get('profile') ?? ''),
  }
}

function helperSuite(client: RequestDriver, host: () => FaceHost): void {
  it.each(helpers)('%s completes its flow, and learns who logged in', async (name) => {
    const { billfold, licence } = host()
    const flow = await createLoginFlow(client, billfold, licence)
    // Each test has a person of its own: the face identifies the user.
    const person = `${name} ${crypto.randomUUID()}`
    const userId = await flow.createEnrolledUser(person, pin)
    const computed = await computeWith(client, host(), person)
    const saved = await replayRecording(client, await readRecording(name), computed)
    const decrypt = async (field: 'decryptedClaims' | 'decryptedProfile') =>
      JSON.parse((await computed[field]?.(saved)) ?? '')
    const claims = await decrypt('decryptedClaims')
    expect(claims).toMatchObject({ userid: userId, userId, did: userId })
    // The Node helper accepts a login only if the user id is in the list, and not its first entry.
    expect((await decrypt('decryptedProfile')).userIdList.indexOf(claims.userid)).toBeGreaterThan(0)
    const expiry = saved.get('expiry')
    if (expiry !== undefined) expect(Date.parse(expiry)).toBeGreaterThan(Date.now())
  })

  it('a session with an unknown dvcID is refused when it is created', async () => {
    const { licence } = host()
    const caller = await createEncryptingClient(client, { licence })
    const create = (plain: object) => caller.send('PUT', '/sessions/session/new', { plain })
    for (const privateInfo of [{ dvcID: 'nope' }, JSON.stringify({ dvcID: 'nope' })])
      expect((await create({ privateInfo })).status).toBe(400)
    expect((await create({ dvcID: 'nope' })).status).toBe(400)
    expect((await create({ dvcID: 'pin' })).status).toBe(201)
    expect((await create({ privateInfo: { dvcID: 'pin' } })).status).toBe(201)
  })

  it('the profile of a user is for relying parties of the community only', async () => {
    const { billfold } = host()
    const path = `/api/r1/community/main/userdid/${crypto.randomUUID()}/userinfo`
    const stranger = await createEncryptingClient(client, { licence: 'x'.repeat(43) })
    expect((await stranger.send('GET', path)).status).toBe(401)
    const { licence } = await billfold.licences.create({ tag: 'other', community: 'other' })
    const other = await createEncryptingClient(client, { licence })
    expect((await other.send('GET', path)).status).toBe(403)
    const { licence: own } = host()
    const caller = await createEncryptingClient(client, { licence: own })
    expect((await caller.send('GET', path)).status).toBe(404)
    expect((await caller.send('GET', path.replace('main', 'nowhere'))).status).toBe(404)
  })

  it("the vendor's request collection gets {data} from ecdsa_helper", async () => {
    const [mine, theirs] = [await createEncryptingClient(client), await createEncryptingClient(client)]
    const keys = { publicKey: theirs.keyPair.publicKey, privateKey: mine.keyPair.privateKey }
    const encrypt = await client.request('POST', '/ecdsa_helper/encrypt', { json: { ...keys, dataStr: 'a text' } })
    const { data } = Object(encrypt.json)
    const decrypt = await client.request('POST', '/ecdsa_helper/decrypt', { json: { ...keys, data } })
    expect(decrypt).toMatchObject({ status: 200, json: { data: 'a text' } })
    expect((await client.request('POST', '/ecdsa_helper/encrypt', { json: keys })).status).toBe(200)
  })
}

const hosts: FaceHost[] = []
const currentHost = (): FaceHost => hosts.at(-1) ?? expect.fail('no host is running')

const drops: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const drop of drops) await drop()
})

describeMounted(
  'the helpers of 1Kosmos',
  async () => {
    const host = await createHost(memoryStorage())
    await createDefaultConfiguration(host)
    hosts.push(host)
    return host.billfold.authentication
  },
  (client) => helperSuite(client, currentHost),
  { parserLimit: 10_000_000 },
)

for (const { name, dialect, create } of await listTestDatabases()) {
  describeMounted(
    `the helpers of 1Kosmos on ${name}`,
    async () => {
      const { connect, drop } = await create()
      drops.push(drop)
      const db = connect()
      await migrate(db, { dialect })
      const host = await createHost(kyselyStorage(db, { dialect }))
      await createDefaultConfiguration(host)
      hosts.push(host)
      return host.billfold.authentication
    },
    (client) => helperSuite(client, currentHost),
    {
      only: ({ framework, prefix, parser }) =>
        (framework === 'koa' || framework === 'fetch') && prefix === '' && !parser,
    },
  )
}

/** The helpers name no configuration and no user. */
async function createDefaultConfiguration({ billfold }: FaceHost): Promise<void> {
  await billfold.authentication.configurations.create({
    tag: 'default',
    community: 'default',
    liveness: 'none',
    pin: 'always',
    identify: true,
  })
}
