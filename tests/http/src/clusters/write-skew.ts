import {
  appliedBatches,
  batch,
  boolean,
  check,
  defineTable,
  insert,
  isCommitError,
  type Storage,
  text,
  update,
} from '@billfold/core/storage'
import { createTables, kyselyStorage } from '@billfold/storage-kysely'
import { connectTo } from '@billfold/test-databases'
import type { Reached } from './conformance.ts'

const duties = defineTable({ name: 'duties', columns: { id: text(36), on: boolean() }, key: ['id'] })

/** How often two batches that exclude each other were both applied, and how often a read missed a commit. */
export interface Skew {
  readonly rounds: number
  readonly both: number
  readonly one: number
  readonly none: number
  readonly staleReads: number
}

/**
 * In each round, two people on duty leave it through different nodes, each on the condition that the other stays. One batch
 * must be rejected.
 */
export async function measureSkew({ dialect, urls, cluster }: Reached, rounds: number, prefix: string): Promise<Skew> {
  const options = { dialect, tablePrefix: prefix, ...(cluster !== undefined && { cluster }) }
  const databases = urls.map((url) => connectTo(dialect, url))
  const [left, right] = databases.map((db) => kyselyStorage(db, options))
  const [admin] = databases
  if (left === undefined || right === undefined || admin === undefined) throw new Error('two addresses are needed')
  const counts = { both: 0, one: 0, none: 0, staleReads: 0 }
  try {
    await createTables(admin, options, [appliedBatches, duties])
    for (let round = 0; round < rounds; round++) {
      const [one, other] = [`left-${round}`, `right-${round}`]
      await left.commit(batch(insert(duties, { id: one, on: true }), insert(duties, { id: other, on: true })))
      if ((await right.find(duties, { where: { id: one } })).length === 0) counts.staleReads++
      const leaving = [leave(left, one, other), leave(right, other, one)]
      const applied = (await Promise.all(leaving)).filter(Boolean).length
      counts[applied === 2 ? 'both' : applied === 1 ? 'one' : 'none']++
    }
    return { rounds, ...counts }
  } finally {
    await Promise.all(databases.map((db) => db.destroy()))
  }
}

async function leave(storage: Storage, person: string, other: string): Promise<boolean> {
  const [stays, leaves] = [
    check(duties, { where: { id: other, on: true } }),
    update(duties, { where: { id: person }, set: { on: false } }),
  ]
  try {
    await storage.commit(batch(stays, leaves))
    return true
  } catch (error) {
    if (isCommitError(error)) return false
    throw error
  }
}
