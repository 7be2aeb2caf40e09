import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Throughput of pgbench on the same server. */
export interface Pgbench {
  /** Transactions per second of TPC-B. */
  readonly tpcb: (clients: number, protocol: 'simple' | 'prepared') => number
  /** Transfers per second, as the contenders make them with the batch id, with prepared statements. */
  readonly transfer: (clients: number, accounts: number) => number
  readonly close: () => void
}

const seconds = 3

/** Creates the tables of TPC-B at scale 10. Returns undefined if pgbench is missing or not permitted. */
export function connectPgbench(url: string): Pgbench | undefined {
  const target = new URL(url)
  const env = { ...process.env, PGOPTIONS: target.searchParams.get('options') ?? '' }
  target.search = ''
  const run = (...args: string[]) => spawnSync('pgbench', [...args, target.href], { env, encoding: 'utf8' })
  if (run('-i', '-q', '-s', '10').status !== 0) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'billfold-pgbench-'))
  const rate = (clients: number, ...args: string[]): number => {
    const { stdout } = run('-n', '-c', String(clients), '-j', '2', '-T', String(seconds), ...args)
    return Number(/tps = ([\d.]+)/.exec(stdout)?.[1])
  }
  return {
    tpcb: (clients, protocol) => rate(clients, '-M', protocol),
    transfer: (clients, accounts) => {
      const file = join(directory, `transfer-${accounts}.sql`)
      writeFileSync(file, transferScript(accounts))
      return rate(clients, '-M', 'prepared', '-f', file)
    },
    close: () => rmSync(directory, { recursive: true }),
  }
}

/** Locks accounts in the same order as the contenders, to measure no deadlocks. */
function transferScript(accounts: number): string {
  return `
\\set one random(0, ${accounts - 2})
\\set other random(:one + 1, ${accounts - 1})
\\set id random(1, 9000000000000000000)
begin;
insert into billfold_applied_batches (id, committed_at) values (:id::text, 1);
update billfold_accounts set balance = balance - 1 where id = :one and balance >= 1;
update billfold_accounts set balance = balance + 1 where id = :other;
insert into billfold_transfers (id, source, target, amount) values (:id::text, :one, :other, 1);
insert into billfold_entries (transfer, part, account, amount) values (:id::text, 0, :one, -1);
insert into billfold_entries (transfer, part, account, amount) values (:id::text, 1, :other, 1);
commit;
`
}
