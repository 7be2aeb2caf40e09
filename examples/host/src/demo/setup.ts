import type { Billfold } from '@billfold/core'
import type { Settings } from '../settings.ts'
import type { DemoCredentials } from './credentials.ts'
import type { Exchange } from './exchange.ts'

/** What the demo acts with: the host's own credentials, which stay in this process. */
export interface DemoSetup {
  readonly billfold: Billfold
  readonly settings: Settings
  readonly credentials: DemoCredentials
  /** What a page must bring for the demo to act, see `console-key.ts`. */
  readonly consoleKey: string
}

/** What one act has, and where it notes what it did. */
export interface Acting extends DemoSetup {
  readonly note: (exchange: Exchange) => void
}

/** What another API answered. */
export interface Answer {
  readonly status: number
  readonly json: unknown
}

/** Something the demo wanted to do was refused, for a reason that the page may show. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** Calls one of the mounted APIs over HTTP with the host's service key, as a host calls a Billfold that runs elsewhere. */
export async function callApi(
  { settings, credentials: { serviceKey }, note }: Acting,
  method: string,
  path: string,
  json?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const body = json === undefined ? undefined : JSON.stringify(json)
  const shown = { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) }
  const authorization = `Basic ${Buffer.from(`${serviceKey.keyId}:${serviceKey.keySecret}`).toString('base64')}`
  const started = performance.now()
  const response = await fetch(`${settings.localUrl}${path}`, {
    method,
    headers: { ...shown, authorization },
    ...(body !== undefined && { body }),
  })
  const reply = await response.text()
  const milliseconds = Math.round(performance.now() - started)
  const { status } = response
  note({
    kind: 'http',
    by: 'host',
    method,
    path,
    headers: shown,
    ...(body !== undefined && { body }),
    status,
    reply,
    milliseconds,
  })
  if (!response.ok) throw new Refused(`The API answered ${status}`)
  return { status, json: parsed(reply) }
}

/** Calls a function of the library in this process. */
export async function callInProcess<T>({ note }: Acting, code: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const noted = (reply: string): void =>
    note({ kind: 'in-process', code, reply, milliseconds: Math.round(performance.now() - started) })
  try {
    const result = await work()
    noted(result === undefined ? '' : asText(result))
    return result
  } catch (error) {
    noted(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    throw error
  }
}

/** JSON, with amounts of money as a ledger has them. */
export function asText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
