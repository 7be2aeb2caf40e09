import { type Billfold, createBillfold, localKeyring, newKey, type Storage } from '@billfold/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listStores, type ConnectedStore } from './stores.ts'

const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })

function createHost(storage: Storage, received: string[]): Billfold {
  const fetch = async (_url: unknown, { headers }: RequestInit = {}): Promise<Response> => {
    received.push(new Headers(headers).get('webhook-id') ?? '')
    return new Response(null, { status: 204 })
  }
  return createBillfold({ storage, keyring, webhooks: { fetch } })
}

for (const store of await listStores()) {
  describe(`pending webhook deliveries in ${store.name}`, () => {
    let connected: ConnectedStore
    let received: string[]
    let one: Billfold
    let other: Billfold
    beforeAll(async () => {
      connected = await store.create()
      received = []
      one = createHost(connected.storages[0], received)
      other = createHost(connected.storages[1], received)
    })
    afterAll(() => connected.drop())

    test('are found at any starting position of the scan', async () => {
      const expected: string[] = []
      for (let index = 0; index < 15; index++) {
        const tenant = `tenant ${index}`
        const { id } = await one.webhooks.create({ url: 'https://shop.example/', tenant })
        expected.push((await one.webhooks.ping(id, tenant)).eventId)
      }
      expect(await one.deliver()).toEqual({ delivered: 15, failed: 0 })
      expect(received.splice(0).toSorted()).toEqual(expected.toSorted())
    })

    test('are suspended while the endpoint is disabled and delivered once by concurrent processes when it is enabled', async () => {
      const { id } = await one.webhooks.create({ url: 'https://shop.example/', events: ['user.erased'] })
      for (let round = 0; round < 8; round++) {
        await one.webhooks.disable(id)
        const { eventId } = await one.webhooks.ping(id)
        if (round % 2 === 0) {
          await one.deliver()
          expect(await one.webhooks.pendingDeliveries(id)).toMatchObject([{ eventId, nextTryAt: undefined }])
        }
        await Promise.all([other.deliver(), one.webhooks.enable(id), one.deliver()])
        await one.deliver()
        expect(received.splice(0)).toEqual([eventId])
        expect(await one.webhooks.pendingDeliveries(id)).toEqual([])
      }
    })
  })
}
