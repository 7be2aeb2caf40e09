import type { ModuleResults } from '@billfold/core'
import type { risk } from '@billfold/risk'
import type { HostBillfold } from '../credentials.ts'
import type { HostSettings } from '../settings.ts'
import type { DemoCredentials } from './credentials.ts'
import type { RecordedCall } from './exchange.ts'

/** Billfold with the modules that the demo uses. */
export type DemoBillfold = HostBillfold & ModuleResults<readonly [ReturnType<typeof risk>]>

/** Context of the demo. Its credentials never leave this process. */
export interface DemoContext {
  readonly billfold: DemoBillfold
  readonly settings: HostSettings
  readonly credentials: DemoCredentials
  /** Key that a page must present to run actions, see `console-key.ts`. */
  readonly consoleKey: string
}

/** Context of an action, which records its calls for the console. */
export interface ActionContext extends DemoContext {
  readonly record: (exchange: RecordedCall) => void
}

/** Response of an API. */
export interface ApiResponse {
  readonly status: number
  readonly json: unknown
}

/** An action failed. The message is shown by the console. */
export class DemoError extends Error {
  override readonly name = 'Refused'
}

/** Calls one of the mounted APIs over HTTP with the host's service key, as for a remote Billfold. @throws DemoError for an error status */
export async function callApi(
  { settings, credentials: { serviceKey }, record }: ActionContext,
  method: string,
  path: string,
  json?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<ApiResponse> {
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
  record({
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
  if (!response.ok) throw new DemoError(`The API returned ${status}`)
  return { status, json: parseJson(reply) }
}

/** Runs an in-process call of the library and records it as `code`. */
export async function callInProcess<T>({ record }: ActionContext, code: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const recordReply = (reply: string): void =>
    record({ kind: 'in-process', code, reply, milliseconds: Math.round(performance.now() - started) })
  try {
    const result = await work()
    recordReply(result === undefined ? '' : toJson(result))
    return result
  } catch (error) {
    recordReply(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    throw error
  }
}

/** Serializes to JSON, with bigints as text: `25n`. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
