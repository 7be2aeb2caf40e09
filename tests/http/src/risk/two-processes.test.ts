import { setTimeout } from 'node:timers/promises'
import { createBillfold, localKeyring, newKey } from '@billfold/core'
import { risk } from '@billfold/risk'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { basicAuthorization } from '../basic-authorization.ts'
import { startProcess } from '../payments/start-process.ts'

const databases = (await listTestDatabases()).filter(({ kind }) => kind !== 'pglite')
const clients = 64
const perClient = 3
const limit = 100
const pincode = '471147'

const created = z.object({ result: z.object({ id: z.string() }) })

describe('64 clients of two processes', () => {
  it.each(databases)(
    'sign exactly the 100 messages that a rule allows a day on $name',
    { timeout: 600_000 },
    async (database) => {
      const fresh = await database.create()
      const { dialect } = database
      const { url } = fresh
      if (url === undefined) throw new Error('there is no URL')
      const db = fresh.connect()
      const modules = [risk()] as const
      await migrate(db, { dialect, modules })
      const rootKey = newKey()
      const keyring = localKeyring({ keys: { k1: rootKey }, currentKeyId: 'k1' })
      const billfold = createBillfold({ storage: kyselyStorage(db, { dialect }), keyring, modules })
      const key = await billfold.serviceKeys.create({ tag: 'clients', scopes: ['custody'] })
      const headers = {
        authorization: basicAuthorization(key.keyId, key.keySecret),
        'content-type': 'application/json',
      }
      const file = 'risk/host-process.js'
      const processes = await Promise.all([0, 1].map(() => startProcess({ file, dialect, url, rootKey })))
      try {
        const post = (port: number, path: string, body: object): Promise<Response> =>
          fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
        const create = async (path: string, body: object): Promise<string> =>
          created.parse(await (await post(processes[0]?.port ?? 0, path, body)).json()).result.id
        const userId = await create('/api/users', { signingMethod: { type: 'PIN', value: pincode } })
        const walletId = await create('/api/wallets', { secretType: 'ETHEREUM', userId, pincode })
        await billfold.risk.policies.add({
          name: '100 a day',
          subject: { kind: 'user', id: userId },
          when: { count: { above: limit, window: { seconds: 86_400 } } },
          then: { decision: 'deny' },
        })
        const sign = async (client: number, number: number): Promise<number> => {
          const data = `message ${client} ${number}`
          const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data }
          const port = processes[client % processes.length]?.port ?? 0
          // Under contention a request may be asked to retry; it is the same request then. Clients that retried at once would
          // only keep the processes busy with refusals.
          for (;;) {
            const { status } = await post(port, '/api/signatures', { pincode, signatureRequest })
            if (status !== 503 && status !== 429 && status !== 409) return status
            await setTimeout(Math.random() * 200)
          }
        }
        const statuses = (
          await Promise.all(
            Array.from({ length: clients }, async (_, client) => {
              const own: number[] = []
              for (let number = 0; number < perClient; number++) own.push(await sign(client, number))
              return own
            }),
          )
        ).flat()
        expect(statuses.filter((status) => status === 200)).toHaveLength(limit)
        expect(statuses.filter((status) => status === 403)).toHaveLength(clients * perClient - limit)
      } finally {
        await Promise.all(processes.map(({ kill }) => kill()))
        await fresh.drop()
      }
    },
  )
})
