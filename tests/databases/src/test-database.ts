import type { Kysely } from 'kysely'
import type Database from 'libsql'
import type pg from 'pg'

/** Tables of a host, without their types. */
export type AnyTables = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** The driver below Kysely. */
export interface Driver {
  readonly pool?: pg.Pool
  readonly database?: Database.Database
}

/** An empty database. */
export interface FreshDatabase {
  /** Opens another pool on it, as another process would. */
  readonly connect: () => Kysely<AnyTables>
  /** The same, with the driver below Kysely; it is empty for PGlite and MySQL. */
  readonly connectWithDriver: () => { readonly db: Kysely<AnyTables>; readonly driver: Driver }
  /**
   * The same, in a session of the host's making: each connection runs these statements first. PGlite has one connection, which
   * keeps them.
   */
  readonly connectWithSession: (statements: readonly string[]) => {
    readonly db: Kysely<AnyTables>
    readonly driver: Driver
  }
  /** How a child process reaches it, as `--database` of the command line; undefined if it cannot. */
  readonly url: string | undefined
  /** Closes the pools and removes the database. */
  readonly drop: () => Promise<void>
}

/** An available database. */
export interface TestDatabase {
  /** `SQLite 3.45.1`, `PostgreSQL 15.20`, ... */
  readonly name: string
  readonly kind: 'sqlite' | 'postgres' | 'pglite' | 'mysql'
  readonly dialect: 'sqlite' | 'postgres' | 'mysql'
  readonly create: () => Promise<FreshDatabase>
}

/** The result of a connection attempt to a database server. */
export type ProbeResult = { readonly version: string } | { readonly error: string }

/** Generates a unique name for a fresh database. */
export function freshName(): string {
  return `billfold_test_${process.pid.toString(36)}_${Date.now().toString(36)}_${Math.random().toString(36).slice(2, 8)}`
}
