import type { Query } from '@billfold/core/storage'
import type { Attempt } from '../commit/attempt.ts'
import type { Run } from '../sql/connection.ts'
import { isOutage } from '../sql/driver-errors.ts'
import type { SendPipelined } from './postgres-pipeline.ts'

/** A read of more rows takes a connection of its own, so that short reads do not wait behind it. */
export const maxPipelinedRows = 100

/** Returns the function that runs the statement of an attempt at a read. */
export type RunForRead = (query: Pick<Query, 'limit' | 'offset' | 'mayBeStale'> | undefined, attempt: Attempt) => Run

/**
 * Sends short reads through a pipeline: reads of one turn of the event loop are then one round trip. Lists, searches and
 * exports, long reads and retries take a connection of their own.
 *
 * @param run runs a statement on a connection of its own
 */
export function pipelineReads(run: Run, find: SendPipelined): RunForRead {
  return (query, attempt) => {
    if (attempt.count > 0 || !isShort(query)) return run
    return async (sql, parameters = []) => {
      try {
        return await find({ sql, parameters }, attempt)
      } catch (error) {
        if (isOutage(error)) throw error
        // Errors of prepared statements, whose plan does not fit any more: they do not concern the unprepared statement.
        return run(sql, parameters)
      }
    }
  }
}

function isShort({ limit = 0, offset = 0, mayBeStale = false }: NonNullable<Parameters<RunForRead>[0]> = {}): boolean {
  return limit <= maxPipelinedRows && offset === 0 && !mayBeStale
}
