import { RecordNotFoundError } from '@credo-ts/core'

interface StoredRecord {
  readonly id: string
  readonly type: string
  readonly getTags: () => Readonly<Record<string, unknown>>
}

interface RecordClass {
  readonly type: string
}

/** Tags and their values; of a list, all. */
interface RecordQuery {
  readonly $and?: readonly RecordQuery[]
  readonly $or?: readonly RecordQuery[]
  readonly $not?: RecordQuery
  readonly [tag: string]: unknown
}

/** The records of one agent, in memory: the storage service of Credo. */
export function createMemoryRecords() {
  const byType = new Map<string, Map<string, StoredRecord>>()
  const recordsOf = ({ type }: RecordClass): Map<string, StoredRecord> => {
    const records = byType.get(type) ?? new Map<string, StoredRecord>()
    byType.set(type, records)
    return records
  }
  const put = async (_: unknown, record: StoredRecord): Promise<void> => void recordsOf(record).set(record.id, record)
  const remove = async (_: unknown, type: RecordClass, id: string): Promise<void> => void recordsOf(type).delete(id)
  return {
    supportsCursorPagination: false,
    save: put,
    update: put,
    delete: (context: unknown, record: StoredRecord) => remove(context, record, record.id),
    deleteById: remove,
    getById: async (_: unknown, type: RecordClass, id: string): Promise<StoredRecord> => {
      const record = recordsOf(type).get(id)
      if (record === undefined) throw new RecordNotFoundError(`there is no record ${id}`, { recordType: type.type })
      return record
    },
    getAll: async (_: unknown, type: RecordClass) => [...recordsOf(type).values()],
    findByQuery: async (_: unknown, type: RecordClass, query: RecordQuery) =>
      [...recordsOf(type).values()].filter((record) => matchesQuery(record.getTags(), query)),
  }
}

function matchesQuery(tags: Readonly<Record<string, unknown>>, { $and, $or, $not, ...wanted }: RecordQuery): boolean {
  const matches = (query: RecordQuery): boolean => matchesQuery(tags, query)
  return (
    ($and?.every(matches) ?? true) &&
    ($or?.some(matches) ?? true) &&
    ($not === undefined || !matches($not)) &&
    Object.entries(wanted).every(([tag, value]) => value === undefined || hasTag(tags[tag], value))
  )
}

function hasTag(actual: unknown, wanted: unknown): boolean {
  if (!Array.isArray(wanted)) return actual === wanted
  return Array.isArray(actual) && wanted.every((one) => actual.includes(one))
}
