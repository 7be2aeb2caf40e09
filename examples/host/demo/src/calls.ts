import type { AboutHost, ActReply, Exchange } from '#exchange'
import { consoleKey } from './console-key.ts'
import { at, listAt } from './json.ts'

/** Who wants to know of every call. */
type Listener = (exchange: Exchange) => void

const listeners: Listener[] = []

/** Tells of every call from now on. */
export function onCall(listener: Listener): void {
  listeners.push(listener)
}

function tell(exchange: Exchange): void {
  for (const listener of listeners) listener(exchange)
}

/** What a call of the page brings. */
interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
}

/** An API refused. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly json: unknown

  constructor(message: string, json: unknown) {
    super(message)
    this.json = json
  }
}

/** The page's `fetch`, which shows what it does. */
export async function shownFetch(input: string, init: RequestInit = {}): Promise<Response> {
  const { method = 'GET', body } = init
  const headers = Object.fromEntries(new Headers(init.headers))
  const started = performance.now()
  const response = await fetch(input, init)
  const reply = await response.clone().text()
  const { pathname, search } = new URL(input, location.href)
  tell({
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

/** Calls an API from the page. @throws Refusal */
export async function call(method: string, path: string, { headers = {}, json }: Sent = {}): Promise<unknown> {
  const response = await shownFetch(path, {
    method,
    headers: { ...headers, ...(json !== undefined && { 'content-type': 'application/json' }) },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  })
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok) return answer
  throw new Refusal(messageIn(answer) ?? `The API answered ${response.status}`, answer)
}

/** Asks the host to act in the page's place, with a key that the page does not get. @throws Refusal */
export async function act(name: string, input: unknown): Promise<unknown> {
  const response = await fetch(`/demo/acts/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-demo-key': consoleKey() },
    body: JSON.stringify(input),
  })
  const { exchanges, result, error }: ActReply = await response.json()
  for (const exchange of exchanges) tell(exchange)
  if (error === undefined) return result
  const last = exchanges.findLast(({ kind }) => kind === 'http')
  throw new Refusal((last && messageIn(parsed(last.reply))) ?? error, last?.reply)
}

/** What the host says of itself. */
export async function aboutHost(): Promise<AboutHost> {
  const about: AboutHost = await (await fetch('/demo/about')).json()
  return about
}

/** What an API says went wrong, in the envelope of whichever it is. */
function messageIn(answer: unknown): string | undefined {
  const [first] = listAt(answer, 'errors')
  const said = at(first, 'message') ?? at(answer, 'errorMessage') ?? at(answer, 'message')
  return typeof said === 'string' ? said : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
