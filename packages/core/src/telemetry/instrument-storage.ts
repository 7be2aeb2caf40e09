import { auditRecords } from '../platform/audit/tables.ts'
import type { Batch, Storage } from '../kernel/storage/index.ts'
import type { MetricInstruments } from './instruments.ts'
import { withSpan, toErrorType, secondsSince } from './spans.ts'
import type { TelemetryTracer } from './types.ts'

/**
 * Instruments a storage: a span and a duration metric per call, with table names only. Counts committed audit actions.
 */
export function instrumentStorage(
  storage: Storage,
  tracer: TelemetryTracer | undefined,
  measured: MetricInstruments | undefined,
): Storage {
  return {
    find: (table, query) => {
      const startedAt = performance.now()
      const attributes = { 'db.operation.name': 'find', 'db.collection.name': table.name }
      return withSpan(tracer, `find ${table.name}`, attributes, async () => {
        const rows = await storage.find(table, query)
        measured?.findDuration.record(secondsSince(startedAt), { 'db.collection.name': table.name })
        return rows
      })
    },
    commit: (batch) => {
      const startedAt = performance.now()
      const attributes = { 'db.operation.name': 'commit', 'db.operation.batch.size': batch.writes.length }
      return withSpan(tracer, 'commit', attributes, async () => {
        let outcome = 'applied'
        try {
          await storage.commit(batch)
          countAuditActions(batch, measured)
        } catch (error) {
          outcome = toErrorType(error)
          throw error
        } finally {
          measured?.commitDuration.record(secondsSince(startedAt), { 'billfold.outcome': outcome })
        }
      })
    },
  }
}

function countAuditActions({ writes }: Batch, measured: MetricInstruments | undefined): void {
  if (measured === undefined) return
  for (const write of writes) {
    if (write.kind !== 'insert' || write.table.name !== auditRecords.name) continue
    measured.auditActions.add(1, { 'billfold.audit.action': String(write.row['action']) })
  }
}
