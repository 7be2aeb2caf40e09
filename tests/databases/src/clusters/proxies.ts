import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { queryPostgres } from '../postgres.ts'
import { createClusterFolder, findFreePorts, findProgram, getProgram, waitUntil } from './engine-process.ts'

/** A proxy in front of the servers of a cluster. */
export interface Proxy {
  readonly url: string
  readonly stop: () => Promise<void>
}

/** The proxies among these that are not installed. */
export function missingProxies(...names: readonly ('haproxy' | 'pgbouncer' | 'pgpool')[]): readonly string[] {
  return names.filter((name) => findProgram(name) === undefined)
}

/** Which servers HAProxy sends connections to: the first that answers, or the one that is no standby. */
type Choice = 'first' | 'primary'

/** Starts HAProxy; it checks each server every 300 ms, and ends the sessions of one that is down. */
export async function startHaproxy(choice: Choice, ports: readonly number[]): Promise<Proxy> {
  const folder = createClusterFolder('haproxy')
  const [port = 0] = await findFreePorts(1)
  const servers = ports.map((each, at) => {
    const backup = choice === 'first' && at > 0 ? ' backup' : ''
    return `  server s${at} 127.0.0.1:${each} check inter 300 fall 2 rise 2${backup} on-marked-down shutdown-sessions`
  })
  const config = [
    'global',
    '  maxconn 500',
    'defaults',
    '  mode tcp',
    '  timeout connect 1s',
    '  timeout client 10m',
    '  timeout server 10m',
    '  retries 2',
    '  option redispatch',
    'listen database',
    `  bind 127.0.0.1:${port}`,
    '  option tcp-check',
    ...(choice === 'primary' ? primaryCheck() : []),
    ...servers,
  ]
  writeFileSync(join(folder.path, 'haproxy.cfg'), `${config.join('\n')}\n`)
  folder.start(getProgram('haproxy'), ['-db', '-f', join(folder.path, 'haproxy.cfg')], 'haproxy.log')
  const scheme = choice === 'primary' ? 'postgres://postgres' : 'mysql://root'
  return { url: `${scheme}@127.0.0.1:${port}/${choice === 'primary' ? 'postgres' : 'billfold'}`, stop: folder.remove }
}

/** Logs in and asks `pg_is_in_recovery()`, in the protocol of PostgreSQL: a standby answers `t`. */
function primaryCheck(): string[] {
  const terms = Buffer.from('user\0postgres\0database\0postgres\0\0')
  const startup = Buffer.concat([uint32(terms.length + 8), uint32(0x30000), terms])
  const sql = Buffer.from('select pg_is_in_recovery()\0')
  const query = Buffer.concat([Buffer.from('Q'), uint32(sql.length + 4), sql])
  const row = Buffer.concat([Buffer.from('D'), uint32(11), Buffer.from([0, 1]), uint32(1), Buffer.from('f')])
  return [
    '  tcp-check connect',
    `  tcp-check send-binary ${startup.toString('hex')}`,
    '  tcp-check expect binary 520000000800000000',
    `  tcp-check send-binary ${query.toString('hex')}`,
    `  tcp-check expect binary ${row.toString('hex')}`,
  ]
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Starts PgBouncer in transaction mode. */
export async function startPgbouncer(serverPort: number): Promise<Proxy> {
  const folder = createClusterFolder('postgres')
  const [port = 0] = await findFreePorts(1)
  const config = [
    '[databases]',
    `* = host=127.0.0.1 port=${serverPort} user=postgres`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 8',
    'max_client_conn = 200',
  ]
  writeFileSync(join(folder.path, 'pgbouncer.ini'), `${config.join('\n')}\n`)
  folder.start(getProgram('pgbouncer'), [join(folder.path, 'pgbouncer.ini')], 'pgbouncer.log')
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await waitUntil('PgBouncer answers', async () => (await queryPostgres(url, 'select 1')).length === 1)
  return { url, stop: folder.remove }
}

/** Starts Pgpool-II, which sends reads to the standby as well. */
export async function startPgpool(primary: number, standby: number): Promise<Proxy> {
  const folder = createClusterFolder('postgres')
  const [port = 0, control = 0] = await findFreePorts(2)
  const config = [
    "listen_addresses = '127.0.0.1'",
    `port = ${port}`,
    `socket_dir = '${folder.path}'`,
    `pcp_port = ${control}`,
    `pcp_socket_dir = '${folder.path}'`,
    `logdir = '${folder.path}'`,
    `pid_file_name = '${folder.path}/pgpool.pid'`,
    "backend_clustering_mode = 'streaming_replication'",
    ...[primary, standby].flatMap((each, at) => [
      `backend_hostname${at} = '127.0.0.1'`,
      `backend_port${at} = ${each}`,
      `backend_weight${at} = 1`,
      `backend_flag${at} = 'DISALLOW_TO_FAILOVER'`,
    ]),
    'load_balance_mode = on',
    'num_init_children = 60',
    'max_pool = 1',
    "sr_check_user = 'postgres'",
    "sr_check_database = 'postgres'",
    'sr_check_period = 1',
    'enable_pool_hba = off',
  ]
  writeFileSync(join(folder.path, 'pgpool.conf'), `${config.join('\n')}\n`)
  writeFileSync(join(folder.path, 'pcp.conf'), '')
  const files = ['-f', join(folder.path, 'pgpool.conf'), '-F', join(folder.path, 'pcp.conf')]
  folder.start(getProgram('pgpool'), ['-n', ...files], 'pgpool.log')
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await waitUntil('Pgpool answers', async () => (await queryPostgres(url, 'select 1')).length === 1)
  return { url, stop: folder.remove }
}
