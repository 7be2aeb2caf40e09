import type { Billfold } from '@billfold/core'
import type { Settings } from '../settings.ts'
import type { DemoCredentials } from './credentials.ts'
import type { Exchange } from './exchange.ts'

/** Context of the demo. Its credentials never leave this process. */
export interface DemoSetup {
  readonly billfold: Billfold
  readonly settings: Settings
  readonly credentials: DemoCredentials
  /** Key that a page must present to run actions, see `console-key.ts`. */
  readonly consoleKey: string
}

/** Context of an action, which records its calls for the console. */
export interface Acting extends DemoSetup {
  readonly note: (exchange: Exchange) => void
}

/** Response of an API. */
export interface Answer {
  readonly status: number
  readonly json: unknown
}

/** An action failed. The message is shown by the console. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** Calls one of the mounted APIs over HTTP with the host's service key, as for a remote Billfold. @throws DemoError for an error status */
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
  if (!response.ok) throw new Refused(`The API returned ${status}`)
  return { status, json: parseJson(reply) }
}

/** Runs an in-process call of the library and records it as `code`. */
export async function callInProcess<T>({ note }: Acting, code: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const recordReply = (reply: string): void =>
    note({ kind: 'in-process', code, reply, milliseconds: Math.round(performance.now() - started) })
  try {
    const result = await work()
    recordReply(result === undefined ? '' : asText(result))
    return result
  } catch (error) {
    recordReply(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    throw error
  }
}

/** Serializes to JSON, with bigints as text: `25n`. */
export function asText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
