import { auditRecords } from '../audit/table.ts'
import type { Batch, Storage } from '../storage/index.ts'
import type { Instruments } from './instruments.ts'
import { inSpan, kindOf, secondsSince } from './in-span.ts'
import type { TelemetryTracer } from './types.ts'

/**
 * Instruments a storage: a span and a duration metric per call, with table names only. Counts committed audit actions.
 */
export function observedStorage(
  storage: Storage,
  tracer: TelemetryTracer | undefined,
  measured: Instruments | undefined,
): Storage {
  return {
    find: (table, query) => {
      const startedAt = performance.now()
      const attributes = { 'db.operation.name': 'find', 'db.collection.name': table.name }
      return inSpan(tracer, `find ${table.name}`, attributes, async () => {
        const rows = await storage.find(table, query)
        measured?.findDuration.record(secondsSince(startedAt), { 'db.collection.name': table.name })
        return rows
      })
    },
    commit: (batch) => {
      const startedAt = performance.now()
      const attributes = { 'db.operation.name': 'commit', 'db.operation.batch.size': batch.writes.length }
      return inSpan(tracer, 'commit', attributes, async () => {
        let outcome = 'applied'
        try {
          await storage.commit(batch)
          countAuditActions(batch, measured)
        } catch (error) {
          outcome = kindOf(error)
          throw error
        } finally {
          measured?.commitDuration.record(secondsSince(startedAt), { 'billfold.outcome': outcome })
        }
      })
    },
  }
}

function countAuditActions({ writes }: Batch, measured: Instruments | undefined): void {
  if (measured === undefined) return
  for (const write of writes) {
    if (write.kind !== 'insert' || write.table.name !== auditRecords.name) continue
    measured.acts.add(1, { 'billfold.act': String(write.row['act']) })
  }
}
