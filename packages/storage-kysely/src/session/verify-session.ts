import { BillfoldError, type Issue } from '@billfold/core'
import { type Run, toCells } from '../sql/connection.ts'
import type { Cluster, Dialect, Flavour, Naming } from '../sql/dialect.ts'
import { detectFlavour } from '../schema/catalog.ts'
import { clusterRules } from './cluster-rules.ts'
import { type SessionRule, sessionRules } from './session-rules.ts'

/** What breaks in other encodings and under other rules of quoting. */
const probe = { text: `it's "ü" \\ 漢 👛`, bytes: Buffer.from([0, 0x27, 0x5c, 0xff]) } as const

const probeSql: Readonly<Record<Dialect, string>> = {
  sqlite: 'select ? as probe_text, ? as probe_bytes',
  postgres: 'select $1::text as probe_text, $2::bytea as probe_bytes',
  mysql: 'select ? as probe_text, ? as probe_bytes',
}

const driverCure = 'remove the options of the driver that convert values, or change the shape of rows'

/**
 * Checks the settings of a connection, as the pool gives it, on which the storage depends, and that text and bytes come back
 * unchanged. Returns whether a `mysql` database is MariaDB.
 *
 * @throws BillfoldError `storage.session-mismatch`, whose issues name the settings with their values and cures
 */
export async function verifySession(
  run: Run,
  { dialect, schema, cluster }: Naming & { readonly dialect: Dialect; readonly cluster?: Cluster },
  isRequired: (setting: string) => boolean = () => true,
): Promise<Flavour> {
  await verifyRows(run)
  const flavour = await detectFlavour(run, dialect)
  // Only names without a schema are looked up along the search path.
  const rules = [...sessionRules[flavour], ...clusterRules(flavour, cluster)].filter(
    ({ setting }) => isRequired(setting) && (setting !== 'search_path' || schema === undefined),
  )
  const values = await readSettings(run, flavour, rules)
  const issues = rules.flatMap((rule, at) => toIssue(rule, values[at] ?? ''))
  if (issues.length === 0) issues.push(...(await findProbeIssues(run, dialect)))
  if (issues.length > 0) throw new BillfoldError('storage.session-mismatch', { issues })
  return flavour
}

async function verifyRows(run: Run): Promise<void> {
  const { rows } = await run('select 1 as probe')
  if (Number(toCells(rows[0])['probe']) === 1) return
  const message = `rows have no cells by name: ${driverCure}`
  throw new BillfoldError('storage.session-mismatch', { issues: [{ path: 'session.rows', message }] })
}

async function readSettings(run: Run, flavour: Flavour, rules: readonly SessionRule[]): Promise<string[]> {
  if (flavour !== 'sqlite') {
    const columns = rules.map(({ sql }, at) => `${sql} as setting_${at}`)
    const cells = toCells((await run(`select ${columns.join(', ')}`)).rows[0])
    return rules.map((_, at) => toText(cells[`setting_${at}`]))
  }
  const values: string[] = []
  for (const { sql } of rules) values.push(toText(Object.values(toCells((await run(`pragma ${sql}`)).rows[0]))[0]))
  return values
}

/** Drivers return settings as text or as numbers, and unset ones as null. */
function toText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''
}

function toIssue({ setting, accepts, effect, cure }: SessionRule, value: string): Issue[] {
  return accepts(value) ? [] : [{ path: `session.${setting}`, message: `is "${value}": ${effect}; ${cure}` }]
}

async function findProbeIssues(run: Run, dialect: Dialect): Promise<Issue[]> {
  const { probe_text: text, probe_bytes: bytes } = toCells(
    (await run(probeSql[dialect], [probe.text, probe.bytes])).rows[0],
  )
  const isText = text === probe.text
  const isBytes =
    (bytes instanceof Uint8Array || bytes instanceof ArrayBuffer) &&
    probe.bytes.equals(Buffer.from(new Uint8Array(bytes)))
  return [
    ...(isText ? [] : [{ path: 'session.text', message: `text comes back changed: ${driverCure}` }]),
    ...(isBytes ? [] : [{ path: 'session.bytes', message: `bytes come back changed: ${driverCure}` }]),
  ]
}
