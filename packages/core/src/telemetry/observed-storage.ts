import { auditRecords } from '../audit/table.ts'
import type { Batch, Storage } from '../storage/index.ts'
import type { Instruments } from './instruments.ts'
import { inSpan, kindOf, secondsSince } from './in-span.ts'
import type { TelemetryTracer } from './types.ts'

/**
 * A storage whose calls are spans and measurements, by the names of tables alone. What was committed is counted by the acts of the
 * audit trail that were in it.
 */
export function observedStorage(
  storage: Storage,
  tracer: TelemetryTracer | undefined,
  measured: Instruments | undefined,
): Storage {
  return {
    find: (table, query) => {
      const begun = performance.now()
      const attributes = { 'db.operation.name': 'find', 'db.collection.name': table.name }
      return inSpan(tracer, `find ${table.name}`, attributes, async () => {
        const rows = await storage.find(table, query)
        measured?.findDuration.record(secondsSince(begun), { 'db.collection.name': table.name })
        return rows
      })
    },
    commit: (batch) => {
      const begun = performance.now()
      const attributes = { 'db.operation.name': 'commit', 'db.operation.batch.size': batch.writes.length }
      return inSpan(tracer, 'commit', attributes, async () => {
        let outcome = 'applied'
        try {
          await storage.commit(batch)
          countActs(batch, measured)
        } catch (error) {
          outcome = kindOf(error)
          throw error
        } finally {
          measured?.commitDuration.record(secondsSince(begun), { 'billfold.outcome': outcome })
        }
      })
    },
  }
}

function countActs({ writes }: Batch, measured: Instruments | undefined): void {
  if (measured === undefined) return
  for (const write of writes) {
    if (write.kind !== 'insert' || write.table.name !== auditRecords.name) continue
    measured.acts.add(1, { 'billfold.act': String(write.row['act']) })
  }
}
