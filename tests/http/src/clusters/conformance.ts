import { appliedBatches } from '@billfold/core/storage'
import { type Cluster, createTables, kyselyStorage } from '@billfold/storage-kysely'
import { connectWithDriverTo } from '@billfold/test-databases'
import { conformanceTables, runStorageCase, storageCases, type StorageUnderTest } from '@billfold/testing'

/** A database that is reached through several addresses, which can be nodes or proxies. */
export interface Reached {
  readonly dialect: 'postgres' | 'mysql'
  readonly urls: readonly string[]
  readonly cluster?: Cluster
  /** PostgreSQL: false if commits must not be pipelined. */
  readonly pool?: boolean
}

/** The result of a conformance run. */
export interface Conformance {
  readonly passed: number
  readonly total: number
  /** The cases that failed, with their errors. */
  readonly failures: readonly string[]
  /** Retries by reason. */
  readonly retries: Readonly<Record<'conflict' | 'lost', number>>
}

const maxCaseMs = 120_000

/** Runs the conformance suite with one storage at each address, at least two. The tables have a prefix of their own. */
export async function runConformance(reached: Reached, prefix: string): Promise<Conformance> {
  const { dialect, cluster } = reached
  const options = { dialect, tablePrefix: prefix, ...(cluster !== undefined && { cluster }) }
  const urls = reached.urls.length === 1 ? [...reached.urls, ...reached.urls] : reached.urls
  const connected = urls.map((url) => connectWithDriverTo(dialect, url))
  const retries = { conflict: 0, lost: 0 }
  const [first, second, ...others] = connected.map(({ db, driver }) =>
    kyselyStorage(db, {
      ...options,
      ...(reached.pool !== false && driver),
      retry: { onRetry: (reason) => void retries[reason]++ },
    }),
  )
  const [admin] = connected
  if (first === undefined || second === undefined || admin === undefined) throw new Error('there is no address')
  try {
    await createTables(admin.db, options, [appliedBatches, ...conformanceTables])
    const failures = await listFailures([first, second, ...others])
    return { passed: storageCases.length - failures.length, total: storageCases.length, failures, retries }
  } finally {
    await Promise.all(connected.map(({ db }) => db.destroy()))
  }
}

async function listFailures(storages: StorageUnderTest['storages']): Promise<string[]> {
  const failures: string[] = []
  for (const each of storageCases) {
    try {
      await within(runStorageCase(each, storages))
    } catch (error) {
      failures.push(`${each.name}: ${String(error).split('\n')[0] ?? ''}`)
    }
  }
  return failures
}

async function within(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${maxCaseMs} ms`)), maxCaseMs)
  })
  try {
    await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}
