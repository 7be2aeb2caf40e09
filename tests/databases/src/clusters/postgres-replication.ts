import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { queryPostgres } from '../postgres.ts'
import {
  type ClusterFolder,
  createClusterFolder,
  findFreePorts,
  findProgram,
  getProgram,
  type ServerProcess,
  waitUntil,
} from './engine-process.ts'

/** What a replicated PostgreSQL needs and this machine does not have. */
export function missingForPostgres(): readonly string[] {
  return ['initdb', 'pg_basebackup', 'postgres'].filter((name) => findProgram(name) === undefined)
}

/** A server of a replicated PostgreSQL. */
export interface PostgresServer {
  readonly url: string
  readonly port: number
  /** Kills the server with SIGKILL. */
  readonly kill: () => Promise<void>
  /** Stops the server (fast shutdown). */
  readonly stop: () => Promise<void>
  readonly start: () => Promise<void>
}

/** A PostgreSQL primary with one standby on this machine. */
export interface ReplicatedPostgres {
  readonly primary: PostgresServer
  readonly standby: PostgresServer
  readonly version: string
  /** Makes the standby the primary. */
  readonly promote: () => Promise<void>
  /** Runs a statement on the primary. */
  readonly execute: (sql: string) => Promise<void>
  readonly stop: () => Promise<void>
}

/** What distinguishes one replicated PostgreSQL from another. */
export interface ReplicationSettings {
  /** A commit waits until the standby has it, or has applied it. Default: it waits for neither. */
  readonly synchronousCommit?: 'on' | 'remote_apply'
}

/** Starts a primary and a standby on free ports. */
export async function startReplicatedPostgres({
  synchronousCommit,
}: ReplicationSettings = {}): Promise<ReplicatedPostgres> {
  const folder = createClusterFolder('postgres')
  const [first = 0, second = 0] = await findFreePorts(2)
  try {
    folder.run(getProgram('initdb'), ['-D', 'primary', '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-sync'])
    appendFileSync(join(folder.path, 'primary', 'postgresql.conf'), configuration(folder.path, first))
    appendFileSync(join(folder.path, 'primary', 'pg_hba.conf'), 'host replication all 127.0.0.1/32 trust\n')
    const primary = createServer(folder, 'primary', first)
    await primary.start()
    const from = ['-h', '127.0.0.1', '-p', String(first), '-U', 'postgres']
    folder.run(getProgram('pg_basebackup'), [...from, '-D', 'standby', '-R', '-X', 'stream', '-c', 'fast'])
    appendFileSync(join(folder.path, 'standby', 'postgresql.conf'), `port = ${second}\n`)
    const standby = createServer(folder, 'standby', second)
    await standby.start()
    await waitUntil('the standby streams', () => isStreaming(primary.url))
    if (synchronousCommit !== undefined) await makeSynchronous(primary.url, synchronousCommit)
    const [row] = await queryPostgres(primary.url, 'show server_version')
    return {
      primary,
      standby,
      version: String(row?.['server_version']).split(' ')[0] ?? '',
      promote: async () => {
        await queryPostgres(standby.url, "alter system set synchronous_standby_names = ''")
        await queryPostgres(standby.url, 'select pg_promote()')
      },
      execute: async (sql) => {
        await queryPostgres(primary.url, sql)
      },
      stop: folder.remove,
    }
  } catch (error) {
    await folder.remove()
    throw error
  }
}

function createServer(folder: ClusterFolder, name: string, port: number): PostgresServer {
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  let server: ServerProcess | undefined
  return {
    url,
    port,
    kill: async () => server?.stop('SIGKILL'),
    stop: async () => server?.stop('SIGINT'),
    start: async () => {
      server = folder.start(getProgram('postgres'), ['-D', join(folder.path, name)], `${name}.log`)
      await waitUntil(`${name} answers`, async () => (await queryPostgres(url, 'select 1')).length === 1)
    },
  }
}

async function isStreaming(url: string): Promise<boolean> {
  const [row] = await queryPostgres(url, "select count(*)::int as n from pg_stat_replication where state = 'streaming'")
  return row?.['n'] === 1
}

async function makeSynchronous(url: string, synchronousCommit: string): Promise<void> {
  await queryPostgres(url, "alter system set synchronous_standby_names = '*'")
  await queryPostgres(url, `alter system set synchronous_commit = '${synchronousCommit}'`)
  await queryPostgres(url, 'select pg_reload_conf()')
  await waitUntil('the standby is synchronous', async () => {
    const [row] = await queryPostgres(url, 'select sync_state from pg_stat_replication')
    return row?.['sync_state'] === 'sync'
  })
}

function configuration(folder: string, port: number): string {
  return `${[
    "listen_addresses = '127.0.0.1'",
    `unix_socket_directories = '${folder}'`,
    `port = ${port}`,
    'wal_level = replica',
    'hot_standby = on',
    'wal_keep_size = 256MB',
    'shared_buffers = 64MB',
    'max_connections = 150',
    'logging_collector = off',
  ].join('\n')}\n`
}
