import type { Storage } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { credentials } from '../credentials.ts'
import { storeHeldRows } from '../test-fixtures/held-credentials.ts'
import { ada, identity, publicUrl, testKeyring } from '../test-fixtures/issuer-host.ts'
import {
  createWalletHost,
  createWalletPki,
  type HolderReply,
  type WalletHost,
  type WalletUser,
} from '../test-fixtures/wallet-host.ts'
import { heldCredentials, heldInstances } from './tables.ts'

const rounds = 3

describe.each(await listTestDatabases({ servers: 'always' }))('a holder in two processes on $name', (database) => {
  const hosts: WalletHost[] = []
  const storages: Storage[] = []
  let user: WalletUser
  let drop: () => Promise<void> = async () => {}

  beforeAll(async () => {
    const pki = await createWalletPki()
    const { dialect } = database
    const fresh = await database.create()
    drop = fresh.drop
    const keyring = testKeyring()
    const modules = [credentials({ issuer: { publicUrl, types: [identity], signer: pki.issuer } })] as const
    for (const db of [fresh.connect(), fresh.connect()]) {
      await migrate(db, { dialect, modules })
      const storage = kyselyStorage(db, { dialect })
      storages.push(storage)
      hosts.push(await createWalletHost(pki, { storage, keyring }))
    }
    user = await at(0).createUser()
  })
  afterAll(() => drop())

  const at = (index: number): WalletHost => {
    const host = hosts[index % hosts.length]
    if (host === undefined) throw new Error('nothing was started')
    return host
  }
  const post = (index: number, path: string, json: object, method?: string) =>
    at(index).call(user, 'POST', path, json, method)
  const fourTimes = (operation: (index: number) => Promise<HolderReply>) => Promise.all([0, 1, 2, 3].map(operation))
  const statuses = (replies: readonly HolderReply[]) => replies.map(({ status }) => status).toSorted((a, b) => a - b)
  const idOf = ({ body }: HolderReply) => z.string().parse(body['id'])
  const resolve = async () => {
    const { uri } = await at(0).billfold.credentials.issuer.offer(identity, { claims: ada })
    return idOf(await post(1, '/offers', { offer: uri }))
  }

  test('take an offer once, of four attempts at once', async () => {
    for (let round = 0; round < rounds; round++) {
      const id = await resolve()
      const before = (await at(0).billfold.credentials.holder.list(user.userId)).length
      const replies = await fourTimes((index) => post(index, `/offers/${id}/accept`, {}, user.method))
      expect(statuses(replies)).toEqual([200, 404, 404, 404])
      expect(await at(0).billfold.credentials.holder.list(user.userId)).toHaveLength(before + 2)
    }
  })

  test('answer a request once, of four answers at once, and show one instance', async () => {
    for (let round = 0; round < rounds; round++) {
      const { uri } = await at(0).billfold.credentials.verifier.request({ query: 'identity', flow: 'cross-device' })
      const received = await post(0, '/requests', { uri })
      const id = idOf(received)
      const [option] = z
        .array(z.object({ query: z.string(), candidates: z.array(z.object({ credential: z.string() })) }))
        .parse(received.body['options'])
      const credential = option?.candidates[round]?.credential ?? ''
      const choice = { [option?.query ?? '']: credential }
      const { consent } = z
        .object({ consent: z.string() })
        .parse((await post(1, `/requests/${id}/consent`, { choice })).body)
      const replies = await fourTimes((index) =>
        post(index, `/requests/${id}/present`, { choice, consent }, user.method),
      )
      expect(statuses(replies)).toEqual([200, 404, 404, 404])
      const held = (await at(1).billfold.credentials.holder.list(user.userId)).find((one) => one.id === credential)
      // One of three was shown, and three were renewed.
      expect(held?.instancesLeft).toBe(5)
    }
  })

  test('receive a request once, of four at once', async () => {
    const { uri } = await at(0).billfold.credentials.verifier.request({ query: 'identity', flow: 'cross-device' })
    expect(statuses(await fourTimes((index) => post(index, '/requests', { uri })))).toEqual([200, 409, 409, 409])
  })

  test('keep a user at fifty open offers and fifty open requests, of more that come at once', async () => {
    const another = await at(0).createUser()
    const { credentials: parts } = at(0).billfold
    const { uri: offer } = await parts.issuer.offer(identity, { claims: ada })
    const origin = 'https://verifier.example.com'
    const createOffer = (): Promise<object> => Promise.resolve({ offer })
    const createRequest = async (): Promise<object> => {
      const { dcApi } = await parts.verifier.request({ query: 'identity', flow: 'dc-api', origin })
      return { dcApi: { ...dcApi, origin } }
    }
    const send = (index: number, path: string, json: object) => at(index).call(another, 'POST', path, json)
    const cases = [
      { path: '/offers', create: createOffer, code: 'held-credential.limit-reached' },
      { path: '/requests', create: createRequest, code: 'request.limit-reached' },
    ]
    for (const { path, create, code } of cases) {
      const [first, ...others] = await Promise.all(Array.from({ length: 49 }, create))
      expect((await send(0, path, first ?? {})).status).toBe(200)
      for (let from = 0; from < others.length; from += 8)
        await Promise.all(others.slice(from, from + 8).map((json, index) => send(index, path, json)))
      const more = await Promise.all(Array.from({ length: 6 }, create))
      const replies = await Promise.all(more.map((json, index) => send(index, path, json)))
      expect(replies.map(({ body }) => body['code']).filter((one) => one !== undefined)).toEqual(Array(5).fill(code))
    }
  })

  test('store the first credentials of a user, of four offers that are accepted at once', async () => {
    for (let round = 0; round < rounds; round++) {
      const another = await at(round).createUser()
      const offers = [0, 1, 2, 3].map(async (index) => {
        const { uri } = await at(0).billfold.credentials.issuer.offer(identity, { claims: ada, by: 'value' })
        return idOf(await at(index).call(another, 'POST', '/offers', { offer: uri }))
      })
      const ids = await Promise.all(offers)
      const replies = await fourTimes((index) =>
        at(index).call(another, 'POST', `/offers/${ids[index] ?? ''}/accept`, {}, another.method),
      )
      expect(statuses(replies)).toEqual([200, 200, 200, 200])
      expect(await at(0).billfold.credentials.holder.list(another.userId)).toHaveLength(8)
    }
  })

  test('keep a user at two hundred credentials, of more that are accepted at once', async () => {
    const [storage] = storages
    if (storage === undefined) throw new Error('nothing was started')
    for (const held of [194, 195]) {
      const another = await at(0).createUser()
      await storeHeldRows(storage, another.userId, held)
      const offers: string[] = []
      for (let index = 0; index < 6; index++) {
        const { uri } = await at(0).billfold.credentials.issuer.offer(identity, { claims: ada, by: 'value' })
        offers.push(idOf(await at(index).call(another, 'POST', '/offers', { offer: uri })))
      }
      // Each offer has two credentials.
      const replies = await Promise.all(
        offers.map((id, index) => at(index).call(another, 'POST', `/offers/${id}/accept`, {}, another.method)),
      )
      const room = Math.floor((200 - held) / 2)
      expect(statuses(replies)).toEqual([...Array(room).fill(200), ...Array(6 - room).fill(409)])
      expect(new Set(replies.map(({ body }) => body['code']))).toEqual(
        new Set([undefined, 'held-credential.limit-reached']),
      )
      const rows = await storage.find(heldCredentials, { where: { userId: another.userId } })
      expect(rows).toHaveLength(held + 2 * room)
      const instances = await storage.find(heldInstances, { where: { userId: another.userId } })
      expect(new Set(instances.map(({ credentialId }) => credentialId)).size).toBe(2 * room)
    }
  })
})
