import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  batch,
  type Billfold,
  createBillfold,
  insert,
  localKeyring,
  newId,
  newKey,
  type Row,
  seal,
  type Storage,
  unseal,
} from '@billfold/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { killedAfter } from './killed-after.ts'
import { everyStore, type OpenStore, tableNamed } from './stores.ts'

const program = fileURLToPath(new URL('../dist/key-work-process.js', import.meta.url))
const keys = { k1: newKey(), k2: newKey() }
const keyring = localKeyring({ keys, currentKeyId: 'k2' })
const identifiers = tableNamed('identifiers')
const records = tableNamed('audit_records')

const placeOf = (id: string) => ({ tenant: 'default', table: 'identifiers', row: id, field: 'value' })

async function addRows(storage: Storage, count: number, makeRow: (id: string) => Promise<Row>, table = identifiers) {
  for (let left = count; left > 0; left -= 500) {
    const rows = await Promise.all(Array.from({ length: Math.min(left, 500) }, () => makeRow(newId())))
    await storage.commit(batch(...rows.map((row) => insert(table, row))))
  }
}

async function sealedIdentifier(id: string): Promise<Row> {
  const old = localKeyring({ keys, currentKeyId: 'k1' })
  const sealedValue = await seal(old, Buffer.from(id), placeOf(id))
  return { id, tenant: 'default', userId: id, kind: 'email', lookup: id, sealedValue, verifiedBy: null, createdAt: 1 }
}

async function record(id: string): Promise<Row> {
  const said = { act: 'licence.created', actor: 'host', subject: id, detail: null }
  return { id, tenant: 'default', at: 1, ...said, link: null }
}

for (const store of await everyStore()) {
  if (store.name === 'memory') continue
  describe(`a process killed in ${store.name}`, () => {
    let open: OpenStore
    let storage: Storage
    let billfold: Billfold
    beforeAll(async () => {
      expect(existsSync(program), 'run `npm run build` first: the process runs as it was built').toBe(true)
      open = await store.open()
      storage = open.storages[0]
      billfold = createBillfold({ storage, keyring })
    })
    afterAll(() => open.drop())

    const killedAmong = async (work: 'seal' | 'reseal', lines: number): Promise<boolean> => {
      // PGlite has no other processes.
      if (open.reach === undefined) return false
      await killedAfter(lines, program, open.reach.dialect, open.reach.url, work, keys.k1, keys.k2)
      return true
    }

    test('while it seals values again leaves each under one key or the other, and the next one goes on', async ({
      skip,
    }) => {
      await addRows(storage, 1_000, sealedIdentifier)
      if (!(await killedAmong('reseal', 3))) skip('there are no other processes')
      const left = async () => (await billfold.keys.usage()).older[0]?.sealedValues
      // What the process had sent may still be on its way through the server.
      await expect.poll(left).toBeLessThanOrEqual(700)
      expect(await billfold.keys.reseal()).toMatchObject({ unreadable: [] })
      expect(await left()).toBe(0)
      const onlyNewest = localKeyring({ keys: { k2: keys.k2 }, currentKeyId: 'k2' })
      for (const { id, sealedValue } of await storage.find(identifiers)) {
        if (!(sealedValue instanceof Uint8Array)) throw new Error('there is a value')
        expect(Buffer.from(await unseal(onlyNewest, sealedValue, placeOf(String(id)))).toString()).toBe(id)
      }
    })

    test('while it seals the audit trail leaves a chain that the next one goes on with', async ({ skip }) => {
      await billfold.audit.seal()
      const before = await billfold.audit.verify()
      await addRows(storage, 4_000, record, records)
      if (!(await killedAmong('seal', 2))) skip('there are no other processes')
      await billfold.audit.seal()
      // A batch of the killed process may have come just after: then there was nothing left to seal, and the chain is as whole.
      await expect.poll(async () => (await billfold.audit.verify()).records).toBe(before.records + 4_000)
      expect(await billfold.audit.verify({ head: before.head })).toMatchObject({
        findings: [],
        hasUnsealed: false,
        links: before.links + 8,
      })
    })
  })
}
