import { tables } from '@billfold/core'
import { kyselyStorage } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { describe, expect, it } from 'vitest'
import { replyShapes } from './reply-shapes.ts'
import { callCustody, startExampleHost } from './running-host.ts'

const databases = (await listTestDatabases()).filter(({ kind }) => kind !== 'pglite')

describe('a host killed during four hundred writes', () => {
  it.each(databases)('leaves no partial batch and loses no acknowledged write on $name', async (database) => {
    const fresh = await database.create()
    if (fresh.url === undefined) throw new Error('no database URL')
    const environment = { DATABASE_URL: fresh.url }
    const host = await startExampleHost(environment)
    const acknowledged: string[] = []
    let replies = 0
    const writes = Array.from({ length: 400 }, async (_, index) => {
      // Every twentieth user has a PIN: a batch of six rows.
      const body = index % 20 === 0 ? { signingMethod: { type: 'PIN', value: '123456' } } : {}
      const answer = await callCustody(host, 'POST', '/api/users', body).catch(() => undefined)
      if (answer?.status === 200) acknowledged.push(replyShapes.created.parse(answer.body).result.id)
      if (++replies === 150) await host.kill()
    })
    await Promise.all(writes)

    const again = await startExampleHost(environment, host.dataDirectory)
    const storage = kyselyStorage(fresh.connect(), { dialect: database.dialect })
    const column = async (table: string, name: string): Promise<unknown[]> => {
      const definition = tables.find((candidate) => candidate.name === table)
      if (definition === undefined) throw new Error(`no table ${table}`)
      return (await storage.find(definition)).map((row) => row[name])
    }
    try {
      const users = await column('users', 'id')
      const actions = await column('audit_records', 'action')
      const subjects = await column('audit_records', 'subject')
      const created = subjects.filter((_, index) => actions[index] === 'user.created')
      const secrets = await column('master_secrets', 'ownerId')
      const methods = await column('signing_methods', 'ownerId')
      expect(acknowledged.length).toBeGreaterThanOrEqual(100)
      expect(acknowledged.length).toBeLessThan(400)
      expect(new Set(users)).toEqual(new Set(created))
      expect(new Set(secrets)).toEqual(new Set(methods))
      expect(users).toEqual(expect.arrayContaining(acknowledged))
      expect(users).toEqual(expect.arrayContaining(secrets))
    } finally {
      await again.stop()
      await fresh.drop()
    }
  })
})
