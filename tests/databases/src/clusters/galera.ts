import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { queryMysql } from '../mysql.ts'
import {
  createClusterFolder,
  findFreePorts,
  findProgram,
  getProgram,
  type ServerProcess,
  waitUntil,
} from './engine-process.ts'

const provider = ['/usr/lib/galera/libgalera_smm.so', '/usr/lib64/galera-4/libgalera_smm.so']

/** What a Galera cluster needs and this machine does not have. */
export function missingForGalera(): readonly string[] {
  return [
    ...['mariadbd', 'mariadb-install-db', 'rsync'].filter((name) => findProgram(name) === undefined),
    ...(provider.some((path) => existsSync(path)) ? [] : ['galera-4']),
  ]
}

/** A node of a Galera cluster. */
export interface GaleraNode {
  readonly url: string
  readonly port: number
  /** Kills the node with SIGKILL. */
  readonly kill: () => Promise<void>
  /** Starts the node again, and waits until it has what the others have. */
  readonly rejoin: () => Promise<void>
}

/** A MariaDB Galera Cluster of three nodes on this machine, with an empty database. */
export interface GaleraCluster {
  readonly nodes: readonly GaleraNode[]
  readonly version: string
  readonly stop: () => Promise<void>
}

/** Starts a Galera cluster of three nodes on free ports. */
export async function startGalera(): Promise<GaleraCluster> {
  const folder = createClusterFolder('mysql')
  const ports = await findFreePorts(15)
  const places = [0, 1, 2].map((at) => toPlace(ports.slice(at * 5, at * 5 + 5)))
  const address = `gcomm://${places.map(({ group }) => `127.0.0.1:${group}`).join(',')}`
  const servers: ServerProcess[] = []
  const start = async (at: number, args: readonly string[] = []): Promise<void> => {
    const config = join(folder.path, `n${at}.cnf`)
    servers[at] = folder.start(getProgram('mariadbd'), [`--defaults-file=${config}`, ...args], `n${at}.out`)
    await waitUntil(`node ${at} is synced`, () => isSynced(rootUrl(places[at])))
  }
  try {
    for (const [at, place] of places.entries()) {
      const data = join(folder.path, `n${at}`)
      writeFileSync(`${data}.cnf`, configuration(data, `n${at}`, place, address))
      folder.run(getProgram('mariadb-install-db'), [
        '--no-defaults',
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        `--datadir=${data}`,
      ])
      await start(at, at === 0 ? ['--wsrep-new-cluster'] : [])
    }
    await queryMysql(rootUrl(places[0]), 'create database billfold')
    const [row] = await queryMysql(rootUrl(places[0]), 'select version() as version')
    const version = String(row?.['version']).split('-')[0] ?? ''
    return {
      version,
      nodes: places.map((place, at) => ({
        url: `${rootUrl(place)}/billfold`,
        port: place.sql,
        kill: async () => servers[at]?.stop('SIGKILL'),
        rejoin: () => start(at),
      })),
      stop: folder.remove,
    }
  } catch (error) {
    const log = join(folder.path, 'n0.log')
    const tail = existsSync(log) ? readFileSync(log, 'utf8').slice(-2000) : ''
    await folder.remove()
    throw new Error(`Galera does not start: ${tail}`, { cause: error })
  }
}

interface Place {
  readonly sql: number
  readonly group: number
  readonly base: number
  readonly incremental: number
  readonly snapshot: number
}

function toPlace([sql = 0, group = 0, base = 0, incremental = 0, snapshot = 0]: readonly number[]): Place {
  return { sql, group, base, incremental, snapshot }
}

function rootUrl(place: Place | undefined): string {
  return `mysql://root@127.0.0.1:${place?.sql ?? 0}`
}

async function isSynced(url: string): Promise<boolean> {
  const rows = await queryMysql(
    url,
    "select variable_value as state from information_schema.global_status where variable_name = 'wsrep_local_state_comment'",
  )
  return rows[0]?.['state'] === 'Synced'
}

/** Short timeouts, so that the others notice a killed node within seconds. */
const groupTimeouts =
  'evs.keepalive_period=PT0.5S;evs.suspect_timeout=PT3S;evs.inactive_timeout=PT6S;evs.install_timeout=PT6S'

function configuration(data: string, name: string, place: Place, address: string): string {
  const library = provider.find((path) => existsSync(path)) ?? ''
  const group = [
    `gmcast.listen_addr=tcp://127.0.0.1:${place.group}`,
    `base_port=${place.base}`,
    `ist.recv_addr=127.0.0.1:${place.incremental}`,
    'gcache.size=64M',
    groupTimeouts,
  ].join(';')
  return `[mariadbd]
datadir=${data}
socket=${data}.sock
pid-file=${data}.pid
log-error=${data}.log
port=${place.sql}
bind-address=127.0.0.1
skip-name-resolve
max_connections=200
binlog_format=ROW
default_storage_engine=InnoDB
innodb_autoinc_lock_mode=2
innodb_buffer_pool_size=64M
innodb_flush_log_at_trx_commit=2
wsrep_on=ON
wsrep_provider=${library}
wsrep_cluster_name=billfold
wsrep_cluster_address=${address}
wsrep_node_address=127.0.0.1
wsrep_node_name=${name}
wsrep_sst_method=rsync
wsrep_sst_receive_address=127.0.0.1:${place.snapshot}
wsrep_provider_options="${group}"
`
}
