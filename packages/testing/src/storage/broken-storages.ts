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

/** A storage with one fault, and the cases that must find it, by a part of their names. */
export interface BrokenStorage {
  readonly fault: string
  readonly caughtBy: readonly string[]
  /** Two instances over one store. */
  readonly open: () => readonly [Storage, Storage]
}

/** Where a broken storage notes ids of its own. */
const knownIds = defineTable({ name: 'known', columns: { id: text(100) }, key: ['id'] })

type Find = (table: Table, query: Query, storage: Storage) => Promise<readonly Row[]>

const soon = () => new Promise<void>((resolve) => setImmediate(resolve))

function twice(storage: Storage): readonly [Storage, Storage] {
  return [storage, storage]
}

/** Sound but for how it commits. */
function committing(
  fault: string,
  caughtBy: readonly string[],
  commit: (given: Batch, sound: Storage) => Promise<void>,
): BrokenStorage {
  const open = () => {
    const sound = memoryStorage()
    return twice({ find: (table, query) => sound.find(table, query), commit: (given) => commit(given, sound) })
  }
  return { fault, caughtBy, open }
}

/** Sound but for what it does to each write first. */
function rewriting(fault: string, caughtBy: readonly string[], rewrite: (write: Write) => Write): BrokenStorage {
  return committing(fault, caughtBy, (given, sound) =>
    sound.commit({ id: given.id, writes: given.writes.map(rewrite) }),
  )
}

/** Sound but for how it finds. */
function finding(fault: string, caughtBy: readonly string[], find: Find): BrokenStorage {
  const open = () => {
    const sound = memoryStorage()
    const broken = async <T extends Table>(table: T, query?: Query<RowOf<T>>): Promise<RowOf<T>[]> =>
      typedRows(table, await find(table, plain(query), sound))
    return twice({ find: broken, commit: (given) => sound.commit(given) })
  }
  return { fault, caughtBy, open }
}

/** Sound but for the tables that it keeps. */
function keeping(fault: string, caughtBy: readonly string[], change: (table: Table) => Table): BrokenStorage {
  const open = () => {
    const sound = memoryStorage()
    return twice({
      find: (table, query) => sound.find(table, query),
      commit: ({ id, writes }) =>
        sound.commit({ id, writes: writes.map((write) => ({ ...write, table: change(write.table) })) }),
    })
  }
  return { fault, caughtBy, open }
}

/** Sound but for what it makes of each cell that it gives back. */
function reading(fault: string, caughtBy: readonly string[], read: (cell: Row[string]) => Row[string]): BrokenStorage {
  return finding(fault, caughtBy, async (table, query, sound) =>
    (await sound.find(table, query)).map((row) =>
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

/** Changes the texts that a where compares with. */
function whereTexts(where: Where | undefined, change: (cell: string) => string): (row: Row) => boolean {
  const wanted = Object.entries(where ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return (row) => wanted.every(([name, cell]) => change(String(row[name])) === change(cell))
}

/** Without the plain texts of a where, which then is looked at by a broken comparison. */
function loosely(change: (cell: string) => string): Find {
  return async (table, query, sound) => {
    const rest = Object.fromEntries(Object.entries(query.where ?? {}).filter(([, test]) => typeof test !== 'string'))
    return (await sound.find(table, { ...query, where: rest })).filter(whereTexts(query.where, change))
  }
}

/** Every fault that an adapter was ever seen with, or might well have. */
export const brokenStorages: readonly BrokenStorage[] = [
  rewriting(
    'the guard of an update is ignored',
    ['an update is refused', 'fifty commits that use one nonce'],
    (write) => (write.kind === 'update' ? { ...write, hits: 'any' } : write),
  ),
  rewriting('the guard of a removal is ignored', ['a removal is refused'], (write) =>
    write.kind === 'remove' ? { ...write, hits: 'any' } : write,
  ),
  rewriting('a guard for none is taken for any', ['an update is refused'], (write) =>
    write.kind === 'update' && write.hits === 'none' ? { ...write, hits: 'any' } : write,
  ),
  committing('checks are ignored', ['a check is refused', 'a row that was checked'], ({ id, writes }, sound) =>
    sound.commit({ id, writes: writes.filter((write) => write.kind !== 'check') }),
  ),
  keeping('unique keys are ignored', ['a unique key is taken once, by an insert', 'of several columns'], (table) => ({
    ...table,
    unique: {},
  })),
  committing(
    'a taken primary key is written over',
    ['a primary key is taken once', 'fifty commits that insert one key'],
    async ({ id, writes }, sound) => {
      const emptied = writes.flatMap((write): Write[] => {
        if (write.kind !== 'insert') return [write]
        const key = Object.fromEntries(write.table.key.map((name) => [name, write.row[name] ?? null]))
        return [remove(write.table, { where: key, hits: 'any' }), write]
      })
      await sound.commit({ id, writes: emptied })
    },
  ),
  committing(
    'half of a refused batch is applied',
    ['a refused batch is applied not at all'],
    async ({ id, writes }, sound) => {
      await sound.commit({ id, writes: [] })
      for (const [index, write] of writes.entries()) {
        await sound.commit(single(write)).catch((error: unknown) => {
          throw isCommitError(error) ? new CommitError(error.reason, index) : error
        })
      }
    },
  ),
  committing('an increment reads, and writes later', ['a hundred increments'], async ({ id, writes }, sound) => {
    const resolved: Write[] = []
    for (const write of writes) {
      const [row] = write.kind === 'update' ? await sound.find(write.table, { where: write.where }) : []
      await soon()
      if (write.kind !== 'update' || row === undefined) resolved.push(write)
      else {
        const sums = Object.entries(write.add).map(([name, by]): [string, number | bigint] => [
          name,
          typeof by === 'bigint' ? BigInt(String(row[name])) + by : Number(row[name]) + by,
        ])
        resolved.push({ ...write, add: {}, set: { ...write.set, ...Object.fromEntries(sums) } })
      }
    }
    await sound.commit({ id, writes: resolved })
  }),
  committing(
    'guards are read first, and the writes come later',
    ['fifty commits that use one nonce', 'a balance never goes below'],
    async ({ id, writes }, sound) => {
      for (const [index, write] of writes.entries()) {
        if (write.kind !== 'update' || write.hits !== 'one') continue
        if ((await sound.find(write.table, { where: write.where })).length !== 1) throw new CommitError('guard', index)
      }
      await soon()
      await sound.commit({
        id,
        writes: writes.map((write) =>
          write.kind === 'update' ? { ...write, where: keyTests(write), hits: 'any' } : write,
        ),
      })
    },
  ),
  committing(
    'a batch is applied again when it is committed again',
    ['a batch that is committed again'],
    ({ writes }, sound) => sound.commit(batch(...writes)),
  ),
  committing('a batch that is known is refused', ['a batch that is committed again'], async ({ id, writes }, sound) => {
    await sound.commit({ id, writes: [insert(knownIds, { id }), ...writes] })
    await sound.commit(batch(insert(knownIds, { id: `${id} again` })))
  }),
  committing(
    'a lost acknowledgement is settled by a look beforehand',
    ['on two connections at once'],
    async ({ id, writes }, sound) => {
      if ((await sound.find(knownIds, { where: { id } })).length > 0) return
      await soon()
      await sound.commit(batch(...writes))
      await sound.commit(batch(insert(knownIds, { id }))).catch(() => {})
    },
  ),
  committing('a refused batch leaves its id behind', ['leaves its id free'], async ({ id, writes }, sound) => {
    if ((await sound.find(knownIds, { where: { id } })).length > 0) return
    await sound.commit(batch(insert(knownIds, { id })))
    await sound.commit({ id, writes })
  }),
  committing('the writes are applied in another order', ['in order, each seeing'], ({ id, writes }, sound) =>
    sound.commit({ id, writes: writes.toSorted((left, right) => left.kind.localeCompare(right.kind)) }),
  ),
  committing('an error names the first write always', ['a refusal names'], ({ id, writes }, sound) =>
    sound.commit({ id, writes }).catch((error: unknown) => {
      throw isCommitError(error) ? new CommitError(error.reason, 0) : error
    }),
  ),
  committing('a broken key is called a broken guard', ['a primary key is taken once'], ({ id, writes }, sound) =>
    sound.commit({ id, writes }).catch((error: unknown) => {
      throw isCommitError(error) ? new CommitError('guard', error.index) : error
    }),
  ),
  committing('commit resolves before it is done', ['seen at once'], async (given, sound) => {
    setImmediate(() => void sound.commit(given).catch(() => {}))
  }),
  committing(
    'an update that changes nothing hits nothing',
    ['sets what is there already'],
    async ({ id, writes }, sound) => {
      const idle = writes.map(
        (write): Write =>
          write.kind === 'update' && Object.keys(write.add).length === 0 && Object.keys(write.set).length > 0
            ? { ...write, where: { ...write.where, ...changedTests(write.set, write.where) } }
            : write,
      )
      await sound.commit({ id, writes: idle })
    },
  ),
  finding(
    'a count lies: the last row is kept back',
    ['find without a test', 'seen at once'],
    async (table, query, sound) => (await sound.find(table, query)).slice(0, -1),
  ),
  finding('a limit is one too many', ['as the limit says'], (table, query, sound) =>
    sound.find(table, query.limit === undefined ? query : { ...query, limit: query.limit + 1 }),
  ),
  finding('an offset is ignored', ['after those of the offset'], (table, query, sound) =>
    sound.find(table, query.offset === undefined ? query : { ...query, offset: 0 }),
  ),
  finding('an empty list is no test', ['nothing in an empty one'], (table, query, sound) => {
    const tests = Object.entries(query.where ?? {}).filter(
      ([, test]) => !(typeof test === 'object' && test !== null && 'in' in test && test.in?.length === 0),
    )
    return sound.find(table, { ...query, where: Object.fromEntries(tests) })
  }),
  finding(
    'text is compared without case',
    ['apart by case'],
    loosely((cell) => cell.toLowerCase()),
  ),
  finding(
    'text is compared without trailing spaces',
    ['apart by case'],
    loosely((cell) => cell.trimEnd()),
  ),
  finding('text is ordered by UTF-16', ['emoji after all'], async (table, query, sound) => {
    const rows = await sound.find(table, query)
    const [order] = query.orderBy ?? []
    if (order === undefined) return rows
    const sign = order[1] === 'asc' ? 1 : -1
    return rows.toSorted((left, right) => (String(left[order[0]]) < String(right[order[0]]) ? -sign : sign))
  }),
  finding('null comes last', ['null first'], async (table, query, sound) => {
    const rows = await sound.find(table, query)
    const name = query.orderBy?.[0]?.[0]
    return name === undefined || query.orderBy?.[0]?.[1] === 'desc'
      ? rows
      : rows.toSorted((left, right) => Number(left[name] === null) - Number(right[name] === null))
  }),
  finding('the direction of an order is ignored', ['each in its direction'], (table, query, sound) =>
    sound.find(table, { ...query, orderBy: (query.orderBy ?? []).map(([name]) => [name, 'asc']) }),
  ),
  reading('integers of 64 bits go through floating point', ['64 bits come back'], (cell) =>
    typeof cell === 'bigint' ? BigInt(Number(cell)) : cell,
  ),
  reading('wide integers go through 64 bits', ['38 digits come back'], (cell) =>
    typeof cell === 'bigint' ? BigInt.asIntN(64, cell) : cell,
  ),
  rewriting('the sum of wide integers has 64 bits', ['38 digits are added to exactly'], (write) =>
    write.kind === 'update' ? { ...write, add: wrapped(write.add) } : write,
  ),
  committing(
    'a sum out of range is left out',
    ['a sum that leaves 38 digits', 'a sum outside its range'],
    (given, sound) =>
      sound.commit(given).catch((error: unknown) => {
        const isSum =
          isBillfoldError(error, 'input.invalid') && error.issues.every(({ path }) => path.includes('.add.'))
        if (!isSum) throw error
      }),
  ),
  finding('wide integers are ordered as text', ['38 digits are ordered as numbers'], async (table, query, sound) => {
    const rows = await sound.find(table, query)
    const [order] = query.orderBy ?? []
    if (order === undefined || table.columns[order[0]]?.type !== 'wideInteger') return rows
    return rows.toSorted((left, right) => (String(left[order[0]]) < String(right[order[0]]) ? -1 : 1))
  }),
  reading('booleans come back as numbers', ['true, false and null'], (cell) =>
    typeof cell === 'boolean' ? Number(cell) : cell,
  ),
  reading('bytes come back as a Buffer', ['bytes come back'], (cell) =>
    cell instanceof Uint8Array ? Buffer.from(cell) : cell,
  ),
  reading('empty text comes back as null', ['text comes back'], (cell) => (cell === '' ? null : cell)),
  reading('long text is cut', ['long text and long bytes'], (cell) =>
    typeof cell === 'string' ? cell.slice(0, 65_535) : cell,
  ),
]

/** The same, cut to 64 bits. */
function wrapped(add: Readonly<Record<string, number | bigint>>): Readonly<Record<string, number | bigint>> {
  return Object.fromEntries(
    Object.entries(add).map(([name, by]) => [name, typeof by === 'bigint' ? BigInt.asIntN(64, by) : by]),
  )
}

function keyTests(write: { readonly table: Table; readonly where: Where }): Where {
  return Object.fromEntries(Object.entries(write.where).filter(([name]) => write.table.key.includes(name)))
}

function changedTests(set: Row, where: Where): Where {
  return Object.fromEntries(
    Object.entries(set)
      .filter(([name]) => !(name in where))
      .map(([name, cell]) => [name, { ne: cell }]),
  )
}
