import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Billfold,
  createBillfold,
  databaseBlobs,
  directoryBlobs,
  localKeyring,
  newKey,
  type OnboardingOptions,
  type Storage,
  tables,
} from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases, type TestDatabase } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RequestContent } from '../request-driver.ts'
import { type Host, startHost } from '../hosts/start-host.ts'
import { sendRequest } from '../send-request.ts'
import { mountings } from '../hosts/mountings.ts'
import { type Applicant, createLoginWallet, decodeClaims, logInApplicant, sendOnboardingRequest } from './applicant.ts'
import { attributesPart, formRequest, pngBytes } from './multipart-form.ts'
import { template } from './onboarding-host.ts'

/** Two hosts with their own pools, sharing a database, a keyring and a directory. */
interface Pair {
  readonly instances: readonly [Billfold, Billfold]
  /** The driver of a host by index. */
  readonly client: (index: number) => {
    readonly request: (method: string, path: string, sent?: RequestContent) => ReturnType<typeof sendRequest>
  }
  /** Blocks inserts into a table until released; `arrived` resolves once `count` of them wait. */
  readonly hold: (table: string, count: number) => Pick<Gate, 'arrived' | 'open'>
  readonly rows: (table: string) => Promise<number>
  readonly blobs: () => Promise<number>
  readonly drop: () => Promise<void>
}

interface Gate {
  readonly table: string
  readonly arrived: Promise<void>
  readonly open: () => void
  /** Resolves once released. */
  readonly pass: () => Promise<void>
}

function gateFor(table: string, count: number): Gate {
  let waiting = 0
  let resolveArrived = (): void => {}
  let resolveReleased = (): void => {}
  const arrived = new Promise<void>((resolve) => (resolveArrived = resolve))
  const released = new Promise<void>((resolve) => (resolveReleased = resolve))
  const pass = (): Promise<void> => {
    if (++waiting === count) resolveArrived()
    return released
  }
  return { table, arrived, open: resolveReleased, pass }
}

const mounting = mountings.find(({ framework, prefix, parser }) => framework === 'koa' && prefix === '' && !parser)

async function pairOn(database: TestDatabase, blobsIn: 'directory' | 'database'): Promise<Pair> {
  const { connect, drop } = await database.create()
  const { dialect } = database
  const directory = await mkdtemp(join(tmpdir(), 'billfold-races-'))
  const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
  const pools = [connect(), connect()] as const
  await migrate(pools[0], { dialect })
  let gate: Gate | undefined
  const instance = (db: (typeof pools)[number]): Billfold => {
    const plain = kyselyStorage(db, { dialect })
    const commit: Storage['commit'] = async (given) => {
      if (given.writes.some(({ kind, table }) => kind === 'insert' && table.name === gate?.table)) await gate?.pass()
      await plain.commit(given)
    }
    const storage: Storage = { ...plain, commit }
    const blobs = blobsIn === 'directory' ? directoryBlobs(directory) : databaseBlobs(storage)
    const onboarding: OnboardingOptions = {
      templates: [template],
      blobs,
      files: { maxFilesPerWallet: 5, maxFilesPerSourcePerHour: 10_000 },
    }
    return createBillfold({ storage, keyring, onboarding })
  }
  const instances = [instance(pools[0]), instance(pools[1])] as const
  if (mounting === undefined) throw new Error('there is no mounting')
  const hosts: readonly Host[] = await Promise.all(instances.map(({ onboarding }) => startHost(mounting, onboarding)))
  return {
    instances,
    hold: (table, count) => {
      const newGate = gateFor(table, count)
      gate = newGate
      return newGate
    },
    client: (index) => ({
      request: (method, path, sent) => sendRequest(hosts[index % 2]?.port ?? 0, method, path, sent),
    }),
    rows: async (name) => {
      const table = tables.find((candidate) => candidate.name === name)
      if (table === undefined) throw new Error(`there is no table ${name}`)
      return (await kyselyStorage(pools[0], { dialect }).find(table)).length
    },
    blobs: async () =>
      (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length,
    drop: async () => {
      await Promise.all(hosts.map((host) => host.close()))
      await drop()
      await rm(directory, { recursive: true })
    },
  }
}

const times = <T>(count: number, of: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => of(index)))

/** Sends an applicant's requests to a host by index. */
function asking(pair: Pair, { jwt }: Applicant, index: number) {
  return (method: string, path: string, sent: RequestContent = {}) =>
    sendOnboardingRequest(pair.client(index), method, path, {
      ...sent,
      headers: { authorization: `Bearer ${jwt}`, ...sent.headers },
    })
}

describe.each(await listTestDatabases())('concurrent calls to two hosts on $name', (database) => {
  let pair: Pair
  beforeAll(async () => {
    // SQLite with blobs in a directory, the others with blobs in the database.
    pair = await pairOn(database, database.kind === 'sqlite' ? 'directory' : 'database')
  })
  afterAll(() => pair.drop())

  it('accept one of twenty challenge responses', async () => {
    const { body } = await sendOnboardingRequest(pair.client(0), 'GET', '/auth/challenge')
    const signature = await createLoginWallet().signMessage(decodeClaims(body.jwt).nonce)
    const sent = { headers: { authorization: `Bearer ${body.jwt}` }, json: { signature } }
    const answers = await times(20, (index) =>
      sendOnboardingRequest(pair.client(index), 'POST', '/auth/challenge', sent),
    )
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      200,
      ...Array.from({ length: 19 }, () => 401),
    ])
  })

  it('create one user of a wallet, with its files only', async () => {
    const applicant = await logInApplicant(pair.client(0))
    const before = [await pair.rows('files'), await pair.rows('profiles')]
    const parts = [attributesPart('$document-1'), { name: '$document-1', content: pngBytes(70_000) }] as const
    const answers = await times(10, (index) => asking(pair, applicant, index)('POST', '/users', formRequest(...parts)))
    const made = answers.filter(({ status }) => status === 201)
    expect(made).toHaveLength(1)
    // Rejected by the wallet's quota at that moment, or because the user exists.
    const codes = new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code))
    expect([...codes].every((code) => code === 'user_exists' || code === 'file_limit_reached')).toBe(true)
    expect([await pair.rows('files'), await pair.rows('profiles')]).toEqual(before.map((count) => (count ?? 0) + 1))
    if (database.kind === 'sqlite') expect(await pair.blobs()).toBe(await pair.rows('files'))
  })

  it('store files up to the quota of the wallet', async () => {
    const applicant = await logInApplicant(pair.client(0))
    const answers = await times(12, (index) =>
      asking(pair, applicant, index)(
        'POST',
        '/files',
        formRequest({ name: 'file', content: pngBytes(300_000, index) }),
      ),
    )
    const stored = answers.filter(({ status }) => status === 200)
    expect(stored).toHaveLength(5)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(7)
    for (const [index, { body }] of stored.entries()) {
      const read = await asking(pair, applicant, index)('GET', `/files/${body.id}`)
      expect(read).toMatchObject({ status: 200, headers: { 'content-length': '300000' } })
    }
  })

  it('create one application per idempotency key', async () => {
    const applicant = await logInApplicant(pair.client(0))
    const json = { templateId: 1, attributes: [{ id: 'name', data: { value: { first: 'A', last: 'B' } } }] }
    const sent = { json, headers: { 'idempotency-key': 'one' } }
    const answers = await times(10, (index) => asking(pair, applicant, index)('POST', '/applications', sent))
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
    const { id } = answers[0]?.body ?? {}
    const moves = await Promise.allSettled(
      pair.instances.flatMap(({ onboarding }) =>
        [1, 2, 3].map(() => onboarding.applications.transition(id, { to: 'in_review' })),
      ),
    )
    expect(moves.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('accept a login ticket once', async () => {
    const applicant = await logInApplicant(pair.client(0))
    const to = asking(pair, applicant, 0)
    const { body: user } = await to('POST', '/users', { json: { attributes: [] } })
    const { body } = await to('POST', '/login', { json: { token: user.token } })
    const url = new URL(body.redirectUrl)
    const page = await pair.client(1).request('GET', url.pathname + url.search)
    const value = (field: string): string => new RegExp(`name="${field}" value="([^"]+)"`).exec(page.text)?.[1] ?? ''
    const fields = { ticket: value('ticket'), binding: value('binding') }
    const [cookie = ''] = String(page.headers['set-cookie']).split(';')
    const uses = await times(10, (index) =>
      pair.client(index).request('POST', '/login/complete', {
        headers: { 'content-type': 'application/x-www-form-urlencoded', cookie },
        body: new URLSearchParams(fields).toString(),
      }),
    )
    expect(uses.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      303,
      ...Array.from({ length: 9 }, () => 401),
    ])
  })

  it('store no application of a user erased just before the commit', async () => {
    const before = await pair.rows('applications')
    const applicant = await logInApplicant(pair.client(0))
    const to = (index: number) => asking(pair, applicant, index)
    const { body } = await to(0)('POST', '/users', { json: { attributes: [] } })
    const { arrived, open } = pair.hold('applications', 4)
    const json = { templateId: 1, attributes: [{ id: 'name', data: { value: { first: 'A', last: 'B' } } }] }
    const answers = times(4, (index) => to(index)('POST', '/applications', { json }))
    await arrived
    await pair.instances[0].users.erase(decodeClaims(body.token).sub)
    open()
    for (const { status, body: answer } of await answers)
      expect({ status, code: answer.code }).toEqual({ status: 404, code: 'user_not_found' })
    expect(await pair.rows('applications')).toBe(before)
  })

  it('erase a user during uploads and leave nothing', async () => {
    const before = await Promise.all(['applications', 'profiles', 'files'].map(pair.rows))
    const applicant = await logInApplicant(pair.client(0))
    const to = (index: number) => asking(pair, applicant, index)
    const { body } = await to(0)('POST', '/users', { json: { attributes: [] } })
    const userId = decodeClaims(body.token).sub
    const json = { templateId: 1, attributes: [{ id: 'name', data: { value: { first: 'A', last: 'B' } } }] }
    await Promise.all([
      times(4, (index) => to(index)('POST', '/applications', { json })),
      times(4, (index) => to(index)('POST', '/files', formRequest({ name: 'file', content: pngBytes(100_000) }))),
      pair.instances[0].users.erase(userId),
    ])
    // Uploads that started after the erasure belong to a wallet without a user, and are erased by its key.
    await pair.instances[1].onboarding.eraseWallet(applicant.wallet.signingKey.publicKey)
    expect(await Promise.all(['applications', 'profiles', 'files'].map(pair.rows))).toEqual(before)
  })
})
