import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Billfold, createBillfold, newId, type Storage } from '@billfold/core'
import { batch, insert } from '@billfold/core/storage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { killedAfter } from './killed-after.ts'
import { addIdentifiers, keyring, keys, openedValues } from './sealed-identifiers.ts'
import { everyStore, type OpenStore, tableNamed } from './stores.ts'

const program = fileURLToPath(new URL('../dist/key-work-process.js', import.meta.url))
const records = tableNamed('audit_records')

async function addRecords(storage: Storage, count: number): Promise<void> {
  const said = { tenant: 'default', at: 1, action: 'licence.created', actor: 'host', detail: null, link: null }
  for (let left = count; left > 0; left -= 500)
    await storage.commit(
      batch(...Array.from({ length: 500 }, () => insert(records, { id: newId(), subject: newId(), ...said }))),
    )
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
      const ids = await addIdentifiers(storage, 600)
      if (!(await killedAmong('reseal', 3))) skip('there are no other processes')
      const left = async () => (await billfold.keys.usage()).olderKeys[0]?.sealedValues
      // What the process had sent may still be on its way through the server.
      await expect.poll(left).toBeLessThanOrEqual(300)
      expect(await billfold.keys.reencrypt()).toMatchObject({ unreadable: [] })
      expect(await left()).toBe(0)
      const values = await openedValues(storage)
      expect(ids.map((id) => values.get(id))).toEqual(ids.map(() => '0'))
    })

    test('while it seals the audit trail leaves a chain that the next one goes on with', async ({ skip }) => {
      await billfold.audit.checkpoint()
      const before = await billfold.audit.verify()
      await addRecords(storage, 2_000)
      if (!(await killedAmong('seal', 2))) skip('there are no other processes')
      await billfold.audit.checkpoint()
      // A batch of the killed process may have come just after: then there was nothing left to seal, and the chain is as whole.
      await expect.poll(async () => (await billfold.audit.verify()).records).toBe(before.records + 2_000)
      expect(await billfold.audit.verify({ checkpoint: before.checkpoint })).toMatchObject({
        findings: [],
        hasUnlinkedRecords: false,
        links: before.links + 4,
      })
    })
  })
}
