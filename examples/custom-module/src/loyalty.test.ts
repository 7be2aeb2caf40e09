import type { Server } from 'node:http'
import {
  type BillfoldEvent,
  createBillfold,
  isBillfoldError,
  localKeyring,
  memoryStorage,
  newId,
  newKey,
} from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import { createTestUser, describeModule } from '@billfold/testing'
import express from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loyalty } from './loyalty.ts'

describeModule('loyalty', () => ({
  module: loyalty(),
  fill: (billfold, userId) => billfold.loyalty.join(userId, 'Ada Lovelace'),
}))

const storage = memoryStorage()
const keyring = localKeyring({ keys: { first: newKey() }, currentKeyId: 'first' })
const events: BillfoldEvent[] = []
const billfold = createBillfold({
  storage,
  keyring,
  modules: [loyalty()],
  events: { handle: (event) => void events.push(event), types: ['loyalty.points-redeemed'] },
})

describe('the loyalty API', () => {
  let server: Server
  let url: string
  let authorization: string

  beforeAll(async () => {
    const { keyId: id, keySecret: secret } = await billfold.serviceKeys.create({ tag: 'shop', scopes: ['loyalty'] })
    authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
    const app = express().use('/loyalty', expressRouter(billfold.loyalty))
    server = await new Promise((resolve) => {
      const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
    })
    const address = server.address()
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}/loyalty`
  })

  afterAll(() => void server.close())

  const request = async (method: string, path: string, body?: unknown): Promise<[number, unknown]> => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return [response.status, await response.json()]
  }

  test('redeems points, writes an audit record, and delivers the event to the handler', async () => {
    const userId = await createTestUser(storage)
    await billfold.loyalty.join(userId, 'Ada Lovelace')
    await billfold.loyalty.grant(userId, 30)
    expect(await request('POST', `/users/${userId}/redemptions`, { points: 20 })).toEqual([200, { points: 10 }])
    expect(await request('GET', `/users/${userId}/points`)).toEqual([200, { points: 10 }])
    const { records } = await billfold.audit.search({ subject: userId, action: 'loyalty.points-redeemed' })
    expect(records).toMatchObject([{ detail: { points: 20 } }])
    await billfold.deliver()
    expect(events).toMatchObject([{ type: 'loyalty.points-redeemed', version: 1, data: { userId, points: 20 } }])
  })

  test('answers a redemption of too many points with the error code of the module', async () => {
    const userId = await createTestUser(storage)
    await billfold.loyalty.join(userId, 'Ada Lovelace')
    await billfold.loyalty.grant(userId, 5)
    const [status, body] = await request('POST', `/users/${userId}/redemptions`, { points: 6 })
    expect(status).toBe(409)
    expect(body).toMatchObject({
      code: 'loyalty.insufficient-points',
      message: 'The account has not enough points',
    })
  })

  test('redeems no more than the balance when requests redeem at once', async () => {
    const userId = await createTestUser(storage)
    await billfold.loyalty.join(userId, 'Ada Lovelace')
    await billfold.loyalty.grant(userId, 10)
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => request('POST', `/users/${userId}/redemptions`, { points: 4 })),
    )
    expect(replies.map(([status]) => String(status)).toSorted()).toEqual(['200', '200', '409', '409'])
    expect(await billfold.loyalty.balance(userId)).toBe(2)
  })

  test('rejects a caller without the scope of the module', async () => {
    const { keyId: id, keySecret: secret } = await billfold.serviceKeys.create({ tag: 'other', scopes: ['custody'] })
    const response = await fetch(`${url}/users/${newId()}/points`, {
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    })
    expect([response.status, await response.json()]).toMatchObject([403, { code: 'caller.forbidden' }])
  })

  test('serves an OpenAPI document with both routes', async () => {
    const [status, body] = await request('GET', '/openapi.json')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      paths: {
        '/users/{userId}/points': { get: { operationId: 'getPoints' } },
        '/users/{userId}/redemptions': { post: { operationId: 'redeemPoints' } },
      },
    })
  })
})

test('the error of a function carries the status and the text of the module', async () => {
  const error: unknown = await billfold.loyalty.balance(newId()).catch((thrown: unknown) => thrown)
  if (!isBillfoldError(error, 'loyalty.not-a-member')) throw error
  expect([error.status, error.message]).toEqual([404, 'The user has no loyalty account'])
})

test('webhooks can subscribe to the event of the module', async () => {
  const url = 'https://8.8.8.8/hooks'
  const { id } = await billfold.webhooks.create({ url, events: ['loyalty.points-redeemed'] })
  expect(await billfold.webhooks.list()).toMatchObject([{ id, events: ['loyalty.points-redeemed'] }])
})

test('maintain() deletes accounts that were not used for the time in the options', async () => {
  const userId = await createTestUser(storage)
  await billfold.loyalty.join(userId, 'Ada Lovelace')
  const later = createBillfold({
    storage,
    keyring,
    modules: [loyalty({ expiryDays: 1 })],
    now: () => Date.now() + 2 * 24 * 60 * 60 * 1000,
  })
  await later.maintain()
  await expect(later.loyalty.balance(userId)).rejects.toMatchObject({ code: 'loyalty.not-a-member' })
})

test('a module with the name of a part of Billfold is rejected with an error that names it', () => {
  for (const name of ['custody', 'audit', 'maintain', 'wallets'])
    expect(() => createBillfold({ storage, keyring, modules: [{ name, tables: [], create: () => ({}) }] })).toThrow(
      name,
    )
})
