import { describe, expect, test } from 'vitest'
import { newId } from '../../kernel/ids.ts'
import { batch, insert, update } from '../../kernel/storage/index.ts'
import { countRowsPerTurn } from '../../test-fixtures/count-rows-per-turn.ts'
import { testServices } from '../../test-fixtures/services.ts'
import type { Services } from '../services.ts'
import { checkpointAuditLog, maxRecordsPerLink } from './checkpoint.ts'
import { auditLinks, auditRecords } from './tables.ts'
import { verifyAuditLog } from './verify.ts'

const start = 1_800_000_000_000

async function addRecords({ storage }: Services, count: number): Promise<readonly string[]> {
  const rows = Array.from({ length: count }, () => {
    const id = newId()
    return { id, tenant: 't', at: start, action: 'a', actor: 'host', subject: 's', detail: null, link: null }
  })
  for (let from = 0; from < rows.length; from += 100)
    await storage.commit(batch(...rows.slice(from, from + 100).map((row) => insert(auditRecords, row))))
  return rows.map(({ id }) => id)
}

/** Counts the turns of the event loop that an operation leaves to others. */
async function countTurns(operation: () => Promise<unknown>): Promise<number> {
  let [turns, isDone] = [0, false]
  const tick = (): void => {
    if (isDone) return
    turns++
    setImmediate(tick)
  }
  setImmediate(tick)
  await operation()
  isDone = true
  return turns
}

describe('over 3,000 records', () => {
  const links = 6

  test('the audit log is added to the chain and verified in many turns of the event loop, each over few rows', async () => {
    const services = testServices()
    await addRecords(services, links * maxRecordsPerLink)
    const adding = countRowsPerTurn(services.storage)
    await checkpointAuditLog({ ...services, storage: adding.storage })
    expect(adding.max()).toBeLessThanOrEqual(2 * maxRecordsPerLink)
    const verifying = countRowsPerTurn(services.storage)
    expect(await verifyAuditLog({ ...services, storage: verifying.storage })).toMatchObject({ links, findings: [] })
    expect(verifying.max()).toBeLessThanOrEqual(2 * maxRecordsPerLink + links)
  })

  test('a verification yields every hundred records', async () => {
    const services = testServices()
    await addRecords(services, links * maxRecordsPerLink)
    await checkpointAuditLog(services)
    const turns = await countTurns(() => verifyAuditLog(services))
    expect(turns).toBeGreaterThanOrEqual(links * (maxRecordsPerLink / 100))
  })
})

describe('a verification that starts in the chain', () => {
  /** A log of three links with two records each, which were added at one time each. */
  async function setUp(): Promise<{ services: Services; records: readonly string[] }> {
    let now = start
    const services = { ...testServices(), now: () => now }
    const records: string[] = []
    for (let link = 0; link < 3; link++) {
      records.push(...(await addRecords(services, 2)))
      await checkpointAuditLog(services)
      now += 1000
    }
    return { services, records }
  }

  test.each([
    ['after a link', { link: 2 }, 1],
    ['after link 0', { link: 0 }, 3],
    ['after the last link before a time', { before: start + 1500 }, 1],
    ['before all links', { before: start }, 3],
    ['after all links', { before: start + 10_000 }, 0],
  ])('%s verifies those that follow', async (_, from, links) => {
    const { services } = await setUp()
    expect(await verifyAuditLog(services, { from })).toMatchObject({ findings: [], links, checkpoint: { number: 3 } })
  })

  test('reports what was changed after its start only', async () => {
    const { services, records } = await setUp()
    for (const id of [records[0] ?? '', records[5] ?? ''])
      await services.storage.commit(batch(update(auditRecords, { where: { id }, set: { actor: 'x' } })))
    const { findings } = await verifyAuditLog(services, { from: { link: 1 } })
    expect(findings).toEqual([{ finding: 'record-changed', link: 3, record: records[5] }])
  })

  test('reports that the link where it starts was changed or removed', async () => {
    const { services } = await setUp()
    await services.storage.commit(batch(update(auditLinks, { where: { number: 1 }, set: { recordCount: 3 } })))
    const { findings } = await verifyAuditLog(services, { from: { link: 1 } })
    expect(findings).toEqual([{ finding: 'link-changed', link: 1 }])
    const missing = await verifyAuditLog(services, { from: { link: 9 } })
    expect(missing.findings).toContainEqual({ finding: 'link-removed', link: 9 })
  })
})
