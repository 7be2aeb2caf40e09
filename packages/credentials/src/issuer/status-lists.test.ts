import { X509Certificate } from 'node:crypto'
import { decodeJwt } from 'jose'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Keyring, memoryStorage, type Storage } from '@billfold/core'
import { batch, update } from '@billfold/core/storage'
import { statusAt } from '../formats/status-list/status-list.ts'
import { verifyStatusListToken } from '../formats/status-list/status-list-token.ts'
import {
  ada,
  createIssuerHost,
  createTestPki,
  identity,
  type IssuerHost,
  membership,
  publicUrl,
  testKeyring,
} from '../test-fixtures/issuer-host.ts'
import {
  createWalletClient,
  createWalletKey,
  credentialsOf,
  findCode,
  preAuthorizedGrant,
  signProof,
  tokenOf,
  type WalletClient,
} from '../test-fixtures/wallet-client.ts'
import { statusListSize } from './status/allocate-indexes.ts'
import { statusLists } from './tables.ts'

const statusSchema = z.object({
  exp: z.int(),
  status: z.object({ status_list: z.object({ idx: z.int(), uri: z.string() }) }),
})
const dayMs = 24 * 60 * 60 * 1000
const fullAt = statusListSize * 0.75

let pki: Awaited<ReturnType<typeof createTestPki>>
let storage: Storage
let keyring: Keyring
let host: IssuerHost
let wallet: WalletClient
let now: number

/** Bearer tokens, since the clock of the host moves and that of the wallet does not. */
const startHost = () =>
  createIssuerHost(pki.signer, { storage, keyring, now: () => now, issuer: { bearerTokens: true } })

beforeAll(async () => {
  pki = await createTestPki()
})
beforeEach(async () => {
  now = Date.now()
  storage = memoryStorage()
  keyring = testKeyring()
  host = startHost()
  wallet = await createWalletClient(host.credentials.issuer, publicUrl)
})

interface Issued {
  readonly idx: number
  readonly uri: string
  readonly expiresAt: number
}

const offer = async (type: 'identity' | 'membership') =>
  type === 'identity'
    ? host.credentials.issuer.offer(identity, { claims: ada })
    : host.credentials.issuer.offer(membership, { claims: { level: 'gold' } })
const issue = async (
  count = 1,
  type: 'identity' | 'membership' = 'identity',
  { send, nonce }: WalletClient = wallet,
): Promise<readonly Issued[]> => {
  const code = await findCode(send, (await offer(type)).uri)
  const form = { grant_type: preAuthorizedGrant, 'pre-authorized_code': code }
  const token = tokenOf(await send('/token', { form }))
  const input = { aud: publicUrl, nonce: await nonce(), iat: Math.floor(now / 1000) }
  const keys = await Promise.all(Array.from({ length: count }, createWalletKey))
  const jwt = await Promise.all(keys.map((key) => signProof(key, input)))
  const json = { credential_configuration_id: `${type}.sd-jwt`, proofs: { jwt } }
  const reply = await send('/credential', { headers: { authorization: `Bearer ${token}` }, json })
  return credentialsOf(reply).map((text) => {
    const { exp, status } = statusSchema.parse(decodeJwt(text.split('~', 1)[0] ?? ''))
    return { ...status.status_list, expiresAt: exp * 1000 }
  })
}
const issueOne = async (type: 'identity' | 'membership' = 'identity', by = wallet) => {
  const [one] = await issue(1, type, by)
  return one ?? expect.fail('nothing was issued')
}
const read = ({ uri }: Issued) => wallet.send(uri.slice(publicUrl.length), { method: 'GET' })
const statusOf = async (issued: Issued) => {
  const { text } = await read(issued)
  const resolveKey = () => new X509Certificate(pki.leaf.der).publicKey
  const { statuses, bits } = await verifyStatusListToken(text, { uri: issued.uri, now, resolveKey })
  return statusAt(statuses, bits, issued.idx)
}
const rowOf = async ({ uri }: Issued) => {
  const [row] = await storage.find(statusLists, { where: { ref: uri.split('/').at(-1) ?? '' }, limit: 1 })
  return row ?? expect.fail('there is no such list')
}
/** As if so many indexes were used. */
const fill = async (issued: Issued, taken: number) => {
  const { id } = await rowOf(issued)
  await storage.commit(batch(update(statusLists, { where: { id }, set: { taken } })))
}
const lastRow = async () => (await host.credentials.issuer.list()).at(-1) ?? expect.fail('nothing was issued')

describe('a status list', () => {
  test('takes instances until three quarters are used, and then another takes them', async () => {
    const first = await issueOne()
    await fill(first, fullAt - 3)
    const batchOf = await issue(3)
    expect(batchOf.map(({ uri }) => uri)).toEqual([first.uri, first.uri, first.uri])
    expect(await rowOf(first)).toMatchObject({ taken: fullAt, state: 'open' })
    expect((await issueOne()).uri).toBe(first.uri)
    expect(await rowOf(first)).toMatchObject({ taken: fullAt + 1, state: 'full', current: null })
    const next = await issueOne()
    expect(next.uri).not.toBe(first.uri)
    expect(await rowOf(next)).toMatchObject({ taken: 1, state: 'open' })
    expect((await issueOne()).uri).toBe(next.uri)
  })

  test('that is full still says what changes', async () => {
    const one = await issueOne()
    const { id } = await lastRow()
    await fill(one, fullAt)
    await issueOne()
    expect(await rowOf(one)).toMatchObject({ state: 'full' })
    expect(await statusOf(one)).toBe(0)
    await host.credentials.issuer.changeStatus(id, { status: 'revoked' })
    expect(await statusOf(one)).toBe(1)
  })

  test('that two processes fill at once is full once, and both go on with one other list', async () => {
    const first = await issueOne()
    await fill(first, fullAt)
    const other = await createWalletClient(startHost().credentials.issuer, publicUrl)
    const wallets = [wallet, other, wallet, other, wallet, other]
    const issued = await Promise.all(wallets.map((one) => issueOne('identity', one)))
    const later = issued.filter(({ uri }) => uri !== first.uri)
    expect(new Set(later.map(({ uri }) => uri)).size).toBe(1)
    expect(await storage.find(statusLists, {})).toHaveLength(2)
    expect(await rowOf(first)).toMatchObject({ state: 'full', current: null })
  })

  test('of one bit is filled by itself', async () => {
    const two = await issueOne()
    const one = await issueOne('membership')
    expect(one.uri).not.toBe(two.uri)
    await fill(one, fullAt)
    await issueOne('membership')
    expect((await issueOne('membership')).uri).not.toBe(one.uri)
    expect((await issueOne()).uri).toBe(two.uri)
    expect(await rowOf(one)).toMatchObject({ bits: 1, state: 'full' })
    expect(await rowOf(two)).toMatchObject({ bits: 2, state: 'open' })
  })
})

describe('a status list whose instances expire', () => {
  test('is retired once it is full and the last of them has expired, not before', async () => {
    const early = await issueOne()
    now += 5 * dayMs
    await fill(early, fullAt)
    const last = await issueOne()
    expect(last.uri).toBe(early.uri)
    expect(last.expiresAt).toBeGreaterThan(early.expiresAt)
    expect(await rowOf(early)).toMatchObject({ state: 'full', lastExpiry: last.expiresAt })
    for (const time of [early.expiresAt + 1000, last.expiresAt]) {
      now = time
      await host.maintain()
      expect((await read(early)).status).toBe(200)
    }
    now = last.expiresAt + 1
    await host.maintain()
    expect(await rowOf(early)).toMatchObject({ state: 'retired' })
    expect((await read(early)).status).toBe(404)
  })

  test('stays while it is open, and takes new ones', async () => {
    const old = await issueOne()
    now = old.expiresAt + dayMs
    await host.maintain()
    expect((await read(old)).status).toBe(200)
    expect((await issueOne()).uri).toBe(old.uri)
  })

  test('leaves its indexes and keys used when it is retired', async () => {
    const one = await issueOne()
    const { id } = await lastRow()
    await fill(one, fullAt)
    await issueOne()
    now = one.expiresAt + dayMs
    await host.maintain()
    expect((await host.credentials.issuer.list()).map((row) => row.id)).toContain(id)
    expect((await host.credentials.issuer.changeStatus(id, { status: 'revoked' })).status).toBe('revoked')
    expect((await read(one)).status).toBe(404)
    expect((await issueOne()).uri).not.toBe(one.uri)
  })
})
