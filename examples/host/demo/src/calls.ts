import type { HostInfo, ActionReply, RecordedCall } from '#exchange'
import { readConsoleKey } from './console-key.ts'
import { getIn, getList } from './json.ts'

/** Receives every call. */
type Listener = (exchange: RecordedCall) => void

const listeners: Listener[] = []

/** Registers a listener for all further calls. */
export function onCall(listener: Listener): void {
  listeners.push(listener)
}

function publish(exchange: RecordedCall): void {
  for (const listener of listeners) listener(exchange)
}

/** Headers and body of a call. */
interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
}

/** An API returned an error. */
export class ApiError extends Error {
  override readonly name = 'Refusal'
  readonly json: unknown

  constructor(message: string, json: unknown) {
    super(message)
    this.json = json
  }
}

/** `fetch` with an error that names the cause. Browsers only say that they failed to fetch. @throws Error if there is no response */
async function fetchFromHost(input: string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(input, init)
  } catch (cause) {
    throw new Error('The host does not answer. Is it still running?', { cause })
  }
}

/** `fetch` that records the exchange for the call list. */
export async function recordedFetch(input: string, init: RequestInit = {}): Promise<Response> {
  const { method = 'GET', body } = init
  const headers = Object.fromEntries(new Headers(init.headers))
  const started = performance.now()
  const response = await fetchFromHost(input, init)
  const reply = await response.clone().text()
  const { pathname, search } = new URL(input, location.href)
  publish({
    kind: 'http',
    by: 'page',
    method,
    path: pathname + search,
    headers,
    ...(typeof body === 'string' && { body }),
    status: response.status,
    reply,
    milliseconds: Math.round(performance.now() - started),
  })
  return response
}

/** Calls an API from the page. @throws ApiError */
export async function requestApi(
  method: string,
  path: string,
  { headers = {}, json }: CallOptions = {},
): Promise<unknown> {
  const response = await recordedFetch(path, {
    method,
    headers: { ...headers, ...(json !== undefined && { 'content-type': 'application/json' }) },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  })
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok) return answer
  throw new ApiError(readErrorMessage(answer) ?? `The API returned ${response.status}`, answer)
}

/** Runs an action on the host, which has the service key that the page must not get. @throws ApiError */
export async function runAction(name: string, input: unknown): Promise<unknown> {
  const response = await fetchFromHost(`/demo/actions/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-demo-key': readConsoleKey() },
    body: JSON.stringify(input),
  })
  const { exchanges, result, error }: ActionReply = await response.json()
  for (const exchange of exchanges) publish(exchange)
  if (error === undefined) return result
  const last = exchanges.findLast(({ kind }) => kind === 'http')
  throw new ApiError((last && readErrorMessage(parseJson(last.reply))) ?? error, last?.reply)
}

/** Returns true if the host accepts the key of this page: it was opened by the link that this start of the host has printed. */
export async function hasValidKey(): Promise<boolean> {
  const key = readConsoleKey()
  if (key === '') return false
  const headers = { 'content-type': 'application/json', 'x-demo-key': key }
  return (await fetch('/demo/actions/key', { method: 'POST', headers, body: '{}' })).ok
}

/** Fetches the description of the host. */
export async function fetchHostInfo(): Promise<HostInfo> {
  const about: HostInfo = await (await fetch('/demo/about')).json()
  return about
}

/** Reads the error message from the error format of any of the five APIs. */
function readErrorMessage(answer: unknown): string | undefined {
  const [first] = getList(answer, 'errors')
  const message = getIn(first, 'message') ?? getIn(answer, 'errorMessage') ?? getIn(answer, 'message')
  return typeof message === 'string' ? message : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
