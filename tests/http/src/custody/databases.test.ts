import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll } from 'vitest'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { createCustodyHost } from './custody-host.ts'
import { clientFormsSuite } from './client-forms-suite.ts'
import { custodySuite } from './custody-suite.ts'
import { signingMethodSuite } from './signing-method-suite.ts'

for (const database of await listTestDatabases()) {
  let authorization = ''
  let drop: () => Promise<void> = async () => {}
  afterAll(() => drop())

  describeMounted(
    `the custody API on ${database.name}`,
    async () => {
      await drop()
      const fresh = await database.create()
      drop = fresh.drop
      const { dialect } = database
      const db = fresh.connect()
      await migrate(db, { dialect })
      const made = await createCustodyHost(kyselyStorage(db, { dialect }))
      authorization = made.authorization
      return made.billfold.custody
    },
    (client) => {
      custodySuite(client, () => authorization)
      clientFormsSuite(client, () => authorization)
      signingMethodSuite(client, () => authorization)
    },
    {
      only: ({ framework, through, prefix, parser }) =>
        (framework === 'express 5' || framework === 'koa') && through === 'app' && prefix === '/id' && !parser,
    },
  )
}
