import { appliedBatches, type Batch, type Query, type Table, type Write } from '@billfold/core/storage'
import { toCacheKey, toFindKey } from './cache-key.ts'
import type { Target } from './dialect.ts'
import { causalSql } from './cluster.ts'
import { addParameters, addWhereParameters } from './write-parameters.ts'
import { placeholdersFor, whereSql, writeSql } from './write-sql.ts'

/** One statement and the values of its parameters. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** Builds the statement that finds rows. Each cell is aliased to the name of its column in core. */
export function findStatement(target: Target, table: Table, query: Query): Statement {
  const parameters: unknown[] = []
  addWhereParameters(target.dialect, table, query.where ?? {}, parameters)
  const generate = (): string => findSql(target, table, query)
  // Each page of a list has another text, which would evict others from the cache.
  const isPage = (query.offset ?? 0) > 0
  const key = (): string => `${toFindKey(table, query)} ${target.cluster ?? ''}`
  return { sql: isPage ? generate() : target.statements(key(), generate), parameters }
}

/** Generates the SQL of a read, which depends on its cache key only. */
function findSql(target: Target, table: Table, query: Query): string {
  const { names, dialect, cluster } = target
  const cells = Object.entries(table.columns).map(([name, column]) => {
    const cell = `t.${names.column(name)}`
    // Read as text, since some drivers convert 64-bit integers to floats.
    const isLong = column.type === 'bigint' || column.type === 'wideInteger'
    const read = isLong ? `cast(${cell} as ${dialect === 'mysql' ? 'char' : 'text'})` : cell
    return `${read} as ${names.quote(name)}`
  })
  const where = whereSql(target, query.where ?? {}, placeholdersFor(target))
  const limit = query.limit === undefined ? '' : ` limit ${query.limit} offset ${query.offset ?? 0}`
  const sql = `select ${cells.join(', ')} from ${names.table(table.name)} as t${where}${orderSql(target, table, query)}${limit}`
  return causalSql(cluster, sql)
}

/** Builds the statement of one write. A check returns at most two matching rows; other writes report the affected rows. */
export function writeStatement(target: Target, write: Write): Statement {
  return {
    sql: target.statements(toCacheKey(write), () => writeSql(target, write, placeholdersFor(target))),
    parameters: parametersFor(target, [write]),
  }
}

/** Builds the statement that records the id of a batch. */
export function batchIdStatement(target: Target, batch: Batch): Statement {
  return writeStatement(target, batchIdInsert(batch))
}

/** Builds the PostgreSQL statement that records the id of a batch and does its first write, in one round trip. */
export function firstWriteStatement(target: Target, batch: Batch, first: Write): Statement {
  const idInsert = batchIdInsert(batch)
  const generate = (): string => {
    const placeholder = placeholdersFor(target)
    return `with batch as (${writeSql(target, idInsert, placeholder)}) ${writeSql(target, first, placeholder)}`
  }
  return {
    sql: target.statements(`first ${toCacheKey(first)}`, generate),
    parameters: parametersFor(target, [idInsert, first]),
  }
}

/** Returns the write that records the id of a batch. */
export function batchIdInsert(batch: Batch): Write {
  return { kind: 'insert', table: appliedBatches, row: { id: batch.id, committedAt: Date.now() } }
}

/** Returns the parameters of several writes, in the order of the writes. */
export function parametersFor({ dialect }: Target, writes: readonly Write[]): readonly unknown[] {
  const parameters: unknown[] = []
  for (const write of writes) addParameters(dialect, write, parameters)
  return parameters
}

/** Only PostgreSQL sorts nulls last. The clause is added for nullable columns alone, so that others can use an index. */
function orderSql(target: Target, table: Table, query: Query): string {
  const terms = (query.orderBy ?? []).map(([name, direction]) => {
    const nulls = target.dialect === 'postgres' && table.columns[name]?.nullable === true
    return `t.${target.names.column(name)} ${direction}${nulls ? (direction === 'asc' ? ' nulls first' : ' nulls last') : ''}`
  })
  return terms.length === 0 ? '' : ` order by ${terms.join(', ')}`
}
