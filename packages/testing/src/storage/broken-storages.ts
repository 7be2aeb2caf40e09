import { isBillfoldError } from '@billfold/core'
import {
  type Batch,
  batch,
  CommitError,
  defineTable,
  isCommitError,
  insert,
  memoryStorage,
  type Query,
  remove,
  type Row,
  type RowOf,
  type Storage,
  type Table,
  text,
  typedRows,
  type Where,
  type Write,
} from '@billfold/core/storage'

/** A storage with one fault, and the cases that must detect it, by parts of their names. */
export interface BrokenStorage {
  readonly fault: string
  readonly detectedBy: readonly string[]
  /** Creates two instances over one store. */
  readonly createInstances: () => readonly [Storage, Storage]
}

/** Batch ids recorded by broken storages. */
const knownIds = defineTable({ name: 'known', columns: { id: text(100) }, key: ['id'] })

type Find = (table: Table, query: Query, storage: Storage) => Promise<readonly Row[]>

const nextTick = () => new Promise<void>((resolve) => setImmediate(resolve))

function bothOver(storage: Storage): readonly [Storage, Storage] {
  return [storage, storage]
}

/** A memory storage with a faulty `commit`. */
function withCommit(
  fault: string,
  detectedBy: readonly string[],
  commit: (requested: Batch, storage: Storage) => Promise<void>,
): BrokenStorage {
  const createInstances = () => {
    const storage = memoryStorage()
    return bothOver({
      find: (table, query) => storage.find(table, query),
      commit: (requested) => commit(requested, storage),
    })
  }
  return { fault, detectedBy, createInstances }
}

/** A memory storage that alters each write before it commits. */
function withRewrite(fault: string, caughtBy: readonly string[], rewrite: (write: Write) => Write): BrokenStorage {
  return withCommit(fault, caughtBy, (requested, storage) =>
    storage.commit({ id: requested.id, writes: requested.writes.map(rewrite) }),
  )
}

/** A memory storage with a faulty `find`. */
function withFind(fault: string, detectedBy: readonly string[], find: Find): BrokenStorage {
  const createInstances = () => {
    const storage = memoryStorage()
    const broken = async <T extends Table>(table: T, query?: Query<RowOf<T>>): Promise<RowOf<T>[]> =>
      typedRows(table, await find(table, plain(query), storage))
    return bothOver({ find: broken, commit: (requested) => storage.commit(requested) })
  }
  return { fault, detectedBy, createInstances }
}

/** A memory storage with altered table definitions. */
function withTables(fault: string, detectedBy: readonly string[], change: (table: Table) => Table): BrokenStorage {
  const createInstances = () => {
    const storage = memoryStorage()
    return bothOver({
      find: (table, query) => storage.find(table, query),
      commit: ({ id, writes }) =>
        storage.commit({ id, writes: writes.map((write) => ({ ...write, table: change(write.table) })) }),
    })
  }
  return { fault, detectedBy, createInstances }
}

/** A memory storage that alters each cell that it returns. */
function withCells(
  fault: string,
  caughtBy: readonly string[],
  read: (cell: Row[string]) => Row[string],
): BrokenStorage {
  return withFind(fault, caughtBy, async (table, query, storage) =>
    (await storage.find(table, query)).map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, read(cell)])),
    ),
  )
}

function plain(query: object | undefined): Query {
  return query ?? {}
}

function single(write: Write): Batch {
  return batch(write)
}

/** Matches rows against the text conditions of a where, comparing normalized texts. */
function whereTexts(where: Where | undefined, change: (cell: string) => string): (row: Row) => boolean {
  const expected = Object.entries(where ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return (row) => expected.every(([name, cell]) => change(String(row[name])) === change(cell))
}

/** A faulty `find` that compares normalized texts. */
function looseTextFind(change: (cell: string) => string): Find {
  return async (table, query, storage) => {
    const rest = Object.fromEntries(
      Object.entries(query.where ?? {}).filter(([, condition]) => typeof condition !== 'string'),
    )
    return (await storage.find(table, { ...query, where: rest })).filter(whereTexts(query.where, change))
  }
}

/** Faults seen in adapters, or plausible ones. */
export const brokenStorages: readonly BrokenStorage[] = [
  withRewrite(
    'the expected row count of an update is ignored',
    ['an update fails unless', 'one of fifty commits that consume one nonce'],
    (write) => (write.kind === 'update' ? { ...write, expectedRows: 'any' } : write),
  ),
  withRewrite('the expected row count of a removal is ignored', ['a removal fails unless'], (write) =>
    write.kind === 'remove' ? { ...write, expectedRows: 'any' } : write,
  ),
  withRewrite('an expected row count of none is treated as any', ['an update fails unless'], (write) =>
    write.kind === 'update' && write.expectedRows === 'none' ? { ...write, expectedRows: 'any' } : write,
  ),
  withCommit('checks are ignored', ['a check fails unless', 'a checked row cannot change'], ({ id, writes }, storage) =>
    storage.commit({ id, writes: writes.filter((write) => write.kind !== 'check') }),
  ),
  withTables('unique keys are ignored', ['a unique key is enforced', 'a composite unique key'], (table) => ({
    ...table,
    unique: {},
  })),
  withCommit(
    'an existing primary key is overwritten',
    ['a primary key is unique', 'one of fifty commits that insert one key'],
    async ({ id, writes }, storage) => {
      const emptied = writes.flatMap((write): Write[] => {
        if (write.kind !== 'insert') return [write]
        const key = Object.fromEntries(write.table.key.map((name) => [name, write.row[name] ?? null]))
        return [remove(write.table, { where: key, expectedRows: 'any' }), write]
      })
      await storage.commit({ id, writes: emptied })
    },
  ),
  withCommit('half of a failed batch is applied', ['a failed batch has no effect'], async ({ id, writes }, storage) => {
    await storage.commit({ id, writes: [] })
    for (const [index, write] of writes.entries()) {
      await storage.commit(single(write)).catch((error: unknown) => {
        throw isCommitError(error) ? new CommitError(error.reason, index) : error
      })
    }
  }),
  withCommit(
    'an increment is a read followed by a later write',
    ['a hundred concurrent increments'],
    async ({ id, writes }, storage) => {
      const resolved: Write[] = []
      for (const write of writes) {
        const [row] = write.kind === 'update' ? await storage.find(write.table, { where: write.where }) : []
        await nextTick()
        if (write.kind !== 'update' || row === undefined) resolved.push(write)
        else {
          const sums = Object.entries(write.add).map(([name, by]): [string, number | bigint] => [
            name,
            typeof by === 'bigint' ? BigInt(String(row[name])) + by : Number(row[name]) + by,
          ])
          resolved.push({ ...write, add: {}, set: { ...write.set, ...Object.fromEntries(sums) } })
        }
      }
      await storage.commit({ id, writes: resolved })
    },
  ),
  withCommit(
    'conditions are read first and writes applied later',
    ['one of fifty commits that consume one nonce', 'concurrent debits never take a balance'],
    async ({ id, writes }, storage) => {
      for (const [index, write] of writes.entries()) {
        if (write.kind !== 'update' || write.expectedRows !== 'one') continue
        if ((await storage.find(write.table, { where: write.where })).length !== 1)
          throw new CommitError('condition-failed', index)
      }
      await nextTick()
      await storage.commit({
        id,
        writes: writes.map((write) =>
          write.kind === 'update' ? { ...write, where: keyConditions(write), expectedRows: 'any' } : write,
        ),
      })
    },
  ),
  withCommit('a batch committed again is applied again', ['a batch committed again resolves'], ({ writes }, storage) =>
    storage.commit(batch(...writes)),
  ),
  withCommit(
    'a batch committed again is rejected',
    ['a batch committed again resolves'],
    async ({ id, writes }, storage) => {
      await storage.commit({ id, writes: [insert(knownIds, { id }), ...writes] })
      await storage.commit(batch(insert(knownIds, { id: `${id} again` })))
    },
  ),
  withCommit(
    'a batch is deduplicated by a read before the commit',
    ['committed concurrently on two connections'],
    async ({ id, writes }, storage) => {
      if ((await storage.find(knownIds, { where: { id } })).length > 0) return
      await nextTick()
      await storage.commit(batch(...writes))
      await storage.commit(batch(insert(knownIds, { id }))).catch(() => {})
    },
  ),
  withCommit(
    'the id of a failed batch is recorded',
    ['the id of a failed batch is not recorded'],
    async ({ id, writes }, storage) => {
      if ((await storage.find(knownIds, { where: { id } })).length > 0) return
      await storage.commit(batch(insert(knownIds, { id })))
      await storage.commit({ id, writes })
    },
  ),
  withCommit('writes are applied in another order', ['in order, each seeing'], ({ id, writes }, storage) =>
    storage.commit({ id, writes: writes.toSorted((left, right) => left.kind.localeCompare(right.kind)) }),
  ),
  withCommit('an error always names the first write of the batch', ['an error names'], ({ id, writes }, storage) =>
    storage.commit({ id, writes }).catch((error: unknown) => {
      throw isCommitError(error) ? new CommitError(error.reason, 0) : error
    }),
  ),
  withCommit(
    'a duplicate key is reported as a failed condition',
    ['a primary key is unique'],
    ({ id, writes }, storage) =>
      storage.commit({ id, writes }).catch((error: unknown) => {
        throw isCommitError(error) ? new CommitError('condition-failed', error.index) : error
      }),
  ),
  withCommit('a commit resolves before it is applied', ['visible on every connection'], async (requested, storage) => {
    setImmediate(() => void storage.commit(requested).catch(() => {}))
  }),
  withCommit(
    'an update that changes nothing matches nothing',
    ['sets the current values'],
    async ({ id, writes }, storage) => {
      const rewritten = writes.map(
        (write): Write =>
          write.kind === 'update' && Object.keys(write.add).length === 0 && Object.keys(write.set).length > 0
            ? { ...write, where: { ...write.where, ...changedConditions(write.set, write.where) } }
            : write,
      )
      await storage.commit({ id, writes: rewritten })
    },
  ),
  withFind(
    'the last row is omitted',
    ['find without conditions', 'visible on every connection'],
    async (table, query, storage) => (await storage.find(table, query)).slice(0, -1),
  ),
  withFind('a limit is off by one', ['applies limit and offset'], (table, query, storage) =>
    storage.find(table, query.limit === undefined ? query : { ...query, limit: query.limit + 1 }),
  ),
  withFind('an offset is ignored', ['applies limit and offset'], (table, query, storage) =>
    storage.find(table, query.offset === undefined ? query : { ...query, offset: 0 }),
  ),
  withFind('an empty list is ignored', ['an empty list matches nothing'], (table, query, storage) => {
    const conditions = Object.entries(query.where ?? {}).filter(
      ([, condition]) =>
        !(typeof condition === 'object' && condition !== null && 'in' in condition && condition.in?.length === 0),
    )
    return storage.find(table, { ...query, where: Object.fromEntries(conditions) })
  }),
  withFind(
    'text is compared case-insensitively',
    ['distinguishes text'],
    looseTextFind((cell) => cell.toLowerCase()),
  ),
  withFind(
    'text is compared without trailing spaces',
    ['distinguishes text'],
    looseTextFind((cell) => cell.trimEnd()),
  ),
  withFind('text is ordered by UTF-16 code unit', ['orders emoji after'], async (table, query, storage) => {
    const rows = await storage.find(table, query)
    const [order] = query.orderBy ?? []
    if (order === undefined) return rows
    const sign = order[1] === 'asc' ? 1 : -1
    return rows.toSorted((left, right) => (String(left[order[0]]) < String(right[order[0]]) ? -sign : sign))
  }),
  withFind('null is ordered last', ['null first'], async (table, query, storage) => {
    const rows = await storage.find(table, query)
    const name = query.orderBy?.[0]?.[0]
    return name === undefined || query.orderBy?.[0]?.[1] === 'desc'
      ? rows
      : rows.toSorted((left, right) => Number(left[name] === null) - Number(right[name] === null))
  }),
  withFind('the direction of an order is ignored', ['each with its own direction'], (table, query, storage) =>
    storage.find(table, { ...query, orderBy: (query.orderBy ?? []).map(([name]) => [name, 'asc']) }),
  ),
  withCells('64-bit integers are converted to floating point', ['64-bit integers are read back'], (cell) =>
    typeof cell === 'bigint' ? BigInt(Number(cell)) : cell,
  ),
  withCells('wide integers are truncated to 64 bits', ['38-digit integers are read back'], (cell) =>
    typeof cell === 'bigint' ? BigInt.asIntN(64, cell) : cell,
  ),
  withRewrite(
    'increments of wide integers are truncated to 64 bits',
    ['38-digit integers are incremented exactly'],
    (write) => (write.kind === 'update' ? { ...write, add: truncated(write.add) } : write),
  ),
  withCommit(
    'a sum out of range is ignored',
    ['a sum of more than 38 digits', 'a sum out of range'],
    (requested, storage) =>
      storage.commit(requested).catch((error: unknown) => {
        const isSum =
          isBillfoldError(error, 'input.invalid') && error.issues.every(({ path }) => path.includes('.add.'))
        if (!isSum) throw error
      }),
  ),
  withFind(
    'wide integers are ordered as text',
    ['38-digit integers are ordered numerically'],
    async (table, query, storage) => {
      const rows = await storage.find(table, query)
      const [order] = query.orderBy ?? []
      if (order === undefined || table.columns[order[0]]?.type !== 'wideInteger') return rows
      return rows.toSorted((left, right) => (String(left[order[0]]) < String(right[order[0]]) ? -1 : 1))
    },
  ),
  withCells('booleans are returned as numbers', ['true, false and null'], (cell) =>
    typeof cell === 'boolean' ? Number(cell) : cell,
  ),
  withCells('bytes are returned as a Buffer', ['bytes are read back'], (cell) =>
    cell instanceof Uint8Array ? Buffer.from(cell) : cell,
  ),
  withCells('empty text is returned as null', ['text is read back'], (cell) => (cell === '' ? null : cell)),
  withCells('long text is truncated', ['long text and long bytes'], (cell) =>
    typeof cell === 'string' ? cell.slice(0, 65_535) : cell,
  ),
]

/** Truncates increments to 64 bits. */
function truncated(add: Readonly<Record<string, number | bigint>>): Readonly<Record<string, number | bigint>> {
  return Object.fromEntries(
    Object.entries(add).map(([name, by]) => [name, typeof by === 'bigint' ? BigInt.asIntN(64, by) : by]),
  )
}

function keyConditions(write: { readonly table: Table; readonly where: Where }): Where {
  return Object.fromEntries(Object.entries(write.where).filter(([name]) => write.table.key.includes(name)))
}

function changedConditions(set: Row, where: Where): Where {
  return Object.fromEntries(
    Object.entries(set)
      .filter(([name]) => !(name in where))
      .map(([name, cell]) => [name, { ne: cell }]),
  )
}
