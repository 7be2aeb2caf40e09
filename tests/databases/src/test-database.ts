import type { Kysely } from 'kysely'
import type Database from 'libsql'
import type pg from 'pg'

/** A host's tables that the types know nothing of. */
export type AnyTables = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** What is below Kysely, for whoever can use it. */
export interface Driver {
  readonly pool?: pg.Pool
  readonly database?: Database.Database
}

/** One fresh, empty database. */
export interface FreshDatabase {
  /** Opens one more pool over it, as another process would. */
  readonly connect: () => Kysely<AnyTables>
  /** The same, with what is below it. PGlite and MySQL give nothing. */
  readonly connectWithDriver: () => { readonly db: Kysely<AnyTables>; readonly driver: Driver }
  /** How a child process reaches it, where one can: what the command line of Billfold takes as `--database`. */
  readonly url: string | undefined
  /** Closes the pools and removes the database. */
  readonly drop: () => Promise<void>
}

/** A database that answers. */
export interface TestDatabase {
  /** `SQLite 3.45.1`, `PostgreSQL 15.20`, ... */
  readonly name: string
  readonly kind: 'sqlite' | 'postgres' | 'pglite' | 'mysql'
  readonly dialect: 'sqlite' | 'postgres' | 'mysql'
  readonly open: () => Promise<FreshDatabase>
}

/** What a database server said when it was asked whether it is there. */
export type Answer = { readonly version: string } | { readonly silent: string }

/** A name for a fresh database, which no other run has. */
export function freshName(): string {
  return `billfold_test_${process.pid.toString(36)}_${Date.now().toString(36)}_${Math.random().toString(36).slice(2, 8)}`
}
