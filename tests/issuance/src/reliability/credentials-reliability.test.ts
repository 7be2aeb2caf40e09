import { listTestDatabases } from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'
import { measureCredentials } from './measure-credentials.ts'

const databases = (await listTestDatabases()).filter(({ kind }) => kind === 'postgres')
// oxlint-disable-next-line vitest/warn-todo, vitest/no-conditional-tests -- vitest fails a file without tests; this one is reported
if (databases.length === 0) test.todo('needs PostgreSQL')

// The long form, of 1,000 offers and 1,000 responses, is `npm run reliability -- --only credentials`.
describe.each(databases)('two processes on $name', (database) => {
  test('redeem each offer once, and take one of many responses to a request', { timeout: 120_000 }, async () => {
    const { offers, grants, responses } = await measureCredentials(database, 24, 48)
    expect(offers).toEqual({ once: 24, never: 0, twice: 0, unexpected: [] })
    expect(grants).toBe(24)
    expect(responses).toEqual({ taken: 1, refused: 47, unexpected: [], result: 'verified', outcomes: 1 })
  })
})
