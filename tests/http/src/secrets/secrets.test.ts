import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { type FreshDatabase, listTestDatabases } from '@billfold/test-databases'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findInRows } from './find-secrets.ts'
import { createSecretHost, modules, type SecretHost, type SentRequest } from './secret-host.ts'
import { useCustody } from './use-custody.ts'
import { useAuthentication, useDids, useOnboarding } from './use-logins.ts'
import { usePayments } from './use-payments.ts'

/** Changes of a body after which it is malformed, or has another type. */
const malformations: Readonly<Record<string, (text: string) => string>> = {
  'cut off': (text) => text.slice(0, -2),
  'with more after its end': (text) => `${text}x`,
  'in a list': (text) => `[${text}]`,
  'with lists instead of values': (text) => text.replaceAll(/:("[^"]*")/g, ':[$1]'),
  'with values as names': (text) => text.replaceAll(/"[^"]*":("[^"]*")/g, '$1:$1'),
}

describe.each(await listTestDatabases({ servers: 'ci' }))('on $name, a secret', (database) => {
  const { dialect } = database
  let fresh: FreshDatabase
  let host: SecretHost
  let sent: readonly SentRequest[]

  beforeAll(async () => {
    fresh = await database.create()
    const { db, driver } = fresh.connectWithDriver()
    await migrate(db, { dialect, modules })
    host = await createSecretHost(kyselyStorage(db, { dialect, ...driver }))
    const user = await useCustody(host)
    await useAuthentication(host, user)
    await useOnboarding(host)
    await useDids(host)
    await usePayments(host)
    sent = [...host.sent]
  })
  afterAll(async () => {
    await host.close()
    await fresh.drop()
  })

  const findInDump = async (): Promise<readonly string[]> => {
    const { billfold, storage, secrets } = host
    const found: string[] = []
    for (const table of billfold.tables) found.push(...findInRows(secrets, table.name, await storage.find(table)))
    return found
  }

  test('is in no row before and after events were delivered', async () => {
    expect(host.secrets.names.length).toBeGreaterThan(70)
    expect(await findInDump()).toEqual([])
    await host.billfold.deliver()
    await host.billfold.maintain()
    expect(await findInDump()).toEqual([])
  })

  test('is in no event, webhook, metric, span, audit record or line of the log', async () => {
    const left = { ...(await host.leave()), log: host.lines.join('\n') }
    for (const [place, text] of Object.entries(left)) {
      if (place !== 'log') expect(text.length, place).toBeGreaterThan(1000)
      expect({ place, secrets: host.secrets.findIn(text) }).toEqual({ place, secrets: [] })
    }
  })

  test.each(Object.entries(malformations))('of a request whose body is %s is not logged', async (_name, malform) => {
    const before = host.lines.length
    for (const { content, send } of sent) {
      if (content.json === undefined) continue
      const headers = { ...content.headers, 'content-type': 'application/json' }
      const body = malform(JSON.stringify(content.json))
      const { status, text } = await send({ headers, body })
      expect(status).not.toBe(500)
      // A reply to what could not be read repeats nothing of it, since whoever logs replies of errors would log it.
      if (status >= 400) expect(host.secrets.findIn(text)).toEqual([])
    }
    expect(host.secrets.findIn(host.lines.slice(before).join('\n'))).toEqual([])
  })

  test('of a request is not logged while the tables are gone, when the statements with it fail', async () => {
    const before = host.lines.length
    const db = fresh.connect()
    for (const { name } of host.billfold.tables) await sql`drop table ${sql.table(`billfold_${name}`)}`.execute(db)
    for (const { content, send } of sent) {
      const { status, text } = await send(content)
      expect(status).not.toBe(500)
      if (status >= 400) expect(host.secrets.findIn(text)).toEqual([])
    }
    const logged = host.lines.slice(before)
    expect(logged.length).toBeGreaterThan(20)
    expect(host.secrets.findIn(logged.join('\n'))).toEqual([])
  })
})
