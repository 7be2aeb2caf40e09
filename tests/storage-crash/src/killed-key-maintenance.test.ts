import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Billfold, createBillfold, newId, type Storage } from '@billfold/core'
import { batch, insert } from '@billfold/core/storage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { killAfterLines } from './kill-after-lines.ts'
import { addIdentifiers, keyring, keys, decryptedValues } from './sealed-identifiers.ts'
import { listStores, type ConnectedStore, getTable } from './stores.ts'

const program = fileURLToPath(new URL('../dist/key-maintenance-process.js', import.meta.url))
const records = getTable('audit_records')

async function addRecords(storage: Storage, count: number): Promise<void> {
  const common = { tenant: 'default', at: 1, action: 'licence.created', actor: 'host', detail: null, link: null }
  for (let remaining = count; remaining > 0; remaining -= 500)
    await storage.commit(
      batch(...Array.from({ length: 500 }, () => insert(records, { id: newId(), subject: newId(), ...common }))),
    )
}

for (const store of await listStores()) {
  if (store.name === 'memory') continue
  describe(`a process killed in ${store.name}`, () => {
    let open: ConnectedStore
    let storage: Storage
    let billfold: Billfold
    beforeAll(async () => {
      expect(existsSync(program), 'run `npm run build` first: the process runs from dist').toBe(true)
      open = await store.create()
      storage = open.storages[0]
      billfold = createBillfold({ storage, keyring })
    })
    afterAll(() => open.drop())

    const killDuring = async (work: 'checkpoint' | 'reencrypt', lines: number): Promise<boolean> => {
      // PGlite is not reachable from other processes.
      if (open.connection === undefined) return false
      await killAfterLines(lines, program, open.connection.dialect, open.connection.url, work, keys.k1, keys.k2)
      return true
    }

    test('while re-encrypting leaves each value readable, and the next run completes it', async ({ skip }) => {
      const ids = await addIdentifiers(storage, 600)
      if (!(await killDuring('reencrypt', 3))) skip('not reachable from other processes')
      const countOutdated = async () => (await billfold.keys.usage()).olderKeys[0]?.sealedValues
      // The server may still execute what the process had sent.
      await expect.poll(countOutdated).toBeLessThanOrEqual(300)
      expect(await billfold.keys.reencrypt()).toMatchObject({ unreadable: [] })
      expect(await countOutdated()).toBe(0)
      const values = await decryptedValues(storage)
      expect(ids.map((id) => values.get(id))).toEqual(ids.map(() => '0'))
    })

    test('while checkpointing the audit log leaves a chain that the next run extends', async ({ skip }) => {
      await billfold.audit.checkpoint()
      const before = await billfold.audit.verify()
      await addRecords(storage, 2_000)
      if (!(await killDuring('checkpoint', 2))) skip('not reachable from other processes')
      await billfold.audit.checkpoint()
      // A batch of the killed process may be applied late: then nothing is countOutdated to checkpoint, and the chain is complete as well.
      await expect.poll(async () => (await billfold.audit.verify()).records).toBe(before.records + 2_000)
      expect(await billfold.audit.verify({ checkpoint: before.checkpoint })).toMatchObject({
        findings: [],
        hasUnlinkedRecords: false,
        links: before.links + 4,
      })
    })
  })
}
