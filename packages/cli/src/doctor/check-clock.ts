import { CompiledQuery } from 'kysely'
import type { ConnectedDatabase } from '../connect-database.ts'
import type { Finding } from './finding.ts'

const currentTime = {
  postgres: 'select extract(epoch from clock_timestamp()) * 1000 as now_ms',
  mysql: 'select unix_timestamp(now(3)) * 1000 as now_ms',
} as const

/** Tokens live for minutes, and codes for half of one: a difference of seconds is harmless, one of a minute is not. */
const [warnFromMs, refuseFromMs] = [5_000, 30_000]

/** Compares the clock of this machine with that of the database server. SQLite has none of its own. */
export async function checkClock({ db, dialect }: ConnectedDatabase): Promise<readonly Finding[]> {
  if (dialect === 'sqlite') return []
  const before = Date.now()
  const { rows } = await db.executeQuery<{ readonly now_ms: unknown }>(CompiledQuery.raw(currentTime[dialect]))
  const local = (before + Date.now()) / 2
  return [compareClocks(local, Number(rows[0]?.now_ms), 'the database server')]
}

/** Compares two times in epoch milliseconds. */
export function compareClocks(local: number, other: number, name: string): Finding {
  const difference = Math.abs(local - other)
  const seconds = (difference / 1000).toFixed(1)
  const state = difference < warnFromMs ? 'ok' : difference < refuseFromMs ? 'warning' : 'problem'
  const message = `differs by ${seconds} s from that of ${name}`
  return { check: 'clock', state, message, ...(state !== 'ok' && { cure: 'synchronize both clocks by NTP' }) }
}
