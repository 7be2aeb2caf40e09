import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Billfold, type BillfoldEvent, newKey } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts'
import { createWebhookInstance } from './webhook-instance.ts'

const program = fileURLToPath(new URL('../../dist/events/delivering-process.js', import.meta.url))

describe.each(await listTestDatabases())(
  'concurrent deliveries of events from one $name',
  { timeout: 60_000 },
  (database) => {
    const { dialect, kind } = database
    const key = newKey()
    const handled: BillfoldEvent[] = []
    let hours = 0
    let instances: readonly [Billfold, Billfold]
    let url: string | undefined
    let drop: () => Promise<void>
    const receivers: WebhookReceiver[] = []
    const receiver = async (...answer: Parameters<typeof startWebhookReceiver>): Promise<WebhookReceiver> => {
      const one = await startWebhookReceiver(...answer)
      receivers.push(one)
      return one
    }
    beforeAll(async () => {
      const fresh = await database.create()
      ;({ url, drop } = fresh)
      const options = {
        now: () => Date.now() + hours * 60 * 60 * 1000,
        events: { handle: (event: BillfoldEvent) => void handled.push(event), types: ['licence.created' as const] },
      }
      const pools = [fresh.connect(), fresh.connect()] as const
      await migrate(pools[0], { dialect })
      const [one, two] = pools.map((db) => createWebhookInstance(kyselyStorage(db, { dialect }), key, options))
      if (one === undefined || two === undefined) throw new Error('there are two')
      instances = [one, two]
    })
    afterAll(async () => {
      for (const one of receivers) await one.close()
      await drop()
    })

    it('deliver each event once to each endpoint and the handler', async () => {
      const [one, two] = instances
      const wants = ['licence.created', 'licence.revoked'] as const
      const [first, second] = [await receiver(), await receiver()]
      const endpoints = [
        await one.webhooks.create({ url: first.url, events: wants }),
        await two.webhooks.create({ url: second.url, events: wants }),
      ]
      handled.length = 0
      const changes = Array.from({ length: 24 }, async (_, index) => {
        const billfold = index % 2 === 0 ? one : two
        const { id } = await billfold.licences.create({ tag: `l${index}` })
        await billfold.licences.revoke(id)
      })
      const delivering = Array.from({ length: 6 }, async (_, index) => (index % 2 === 0 ? one : two).deliver())
      await Promise.all([...changes, ...delivering])
      for (const billfold of [one, two, one]) await billfold.deliver()
      await expect
        .poll(async () => (await Promise.all(endpoints.map(({ id }) => one.webhooks.pendingDeliveries(id)))).flat())
        .toEqual([])
      for (const { ids } of [first, second]) {
        expect(ids).toHaveLength(48)
        expect(new Set(ids).size).toBe(48)
      }
      expect(handled).toHaveLength(24)
      expect(new Set(handled.map(({ id }) => id)).size).toBe(24)
      for (const { id } of endpoints) await one.webhooks.delete(id)
    })

    it('disable a gone endpoint once', async () => {
      const [one, two] = instances
      const watcherHook = await receiver()
      const gone = await receiver((response) => response.writeHead(410).end())
      const watcher = await one.webhooks.create({ url: watcherHook.url, events: ['webhook.disabled'] })
      const { id } = await one.webhooks.create({ url: gone.url, events: ['webhook.pinged'] })
      for (let index = 0; index < 8; index++) await one.webhooks.ping(id)
      await Promise.all([one.deliver(), two.deliver(), one.deliver(), two.deliver()])
      await one.deliver()
      expect((await one.webhooks.list()).find((endpoint) => endpoint.id === id)?.disabled?.reason).toBe('gone')
      expect(watcherHook.ids).toHaveLength(1)
      for (const endpoint of [watcher.id, id]) await one.webhooks.delete(endpoint)
    })

    it.skipIf(kind === 'pglite')('redeliver events of a killed process under the same id', async () => {
      expect(existsSync(program), 'run `npm run build` first: the process runs as it was built').toBe(true)
      const [one] = instances
      let isStalled = true
      const hook = await receiver((response) => {
        if (!isStalled) response.writeHead(204).end()
      })
      const { id } = await one.webhooks.create({ url: hook.url, events: ['licence.revoked'] })
      const made = await Promise.all(Array.from({ length: 6 }, (_, index) => one.licences.create({ tag: `k${index}` })))
      for (const licence of made) await one.licences.revoke(licence.id)
      const child = spawn(process.execPath, [program, dialect, url ?? '', key], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      const ended = once(child, 'exit')
      await expect.poll(() => hook.ids.length).toBe(4)
      child.kill('SIGKILL')
      await ended
      const stalledIds = [...hook.ids]
      isStalled = false
      await one.deliver()
      expect(hook.ids).toHaveLength(6)
      // The leases of the killed process expire.
      hours++
      await one.deliver()
      expect(await one.webhooks.pendingDeliveries(id)).toEqual([])
      expect(hook.ids).toHaveLength(10)
      expect(hook.ids.slice(6).sort()).toEqual(stalledIds.sort())
      expect(new Set(hook.ids).size).toBe(6)
    })
  },
)
