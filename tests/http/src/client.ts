import { type IncomingHttpHeaders, request as httpRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Mounting } from './mountings.ts'

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body as JSON. */
  readonly json: unknown
}

/** What a request brings. A `json` body is sent under its type; a `body` as it is; chunks, one after the other, without a length. */
export interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly body?: string | Uint8Array
  readonly chunks?: Iterable<string | Uint8Array>
}

/** Talks to an API that is mounted somewhere. Everything but `mounting` is there once the host listens, in tests and hooks. */
export interface Client {
  readonly mounting: Mounting
  readonly port: number
  /** The API's address, with its prefix and without a slash at the end. */
  readonly url: string
  /** What reached the host's own error handling. */
  readonly hostErrors: readonly unknown[]
  /** Asks the API; the path is the one below the mount. */
  readonly request: (method: string, path: string, sent?: Sent) => Promise<Answer>
  /** Asks the host; the path is the whole one. */
  readonly requestHost: (method: string, path: string, sent?: Sent) => Promise<Answer>
  /** Opens a socket, for requests that no HTTP client sends. */
  readonly open: () => Promise<RawConnection>
}

/** A socket, and what it has received so far. */
export interface RawConnection {
  readonly socket: Socket
  readonly received: () => string
  /** Resolves once what was received matches, or rejects when the socket is closed or ten seconds are over. */
  readonly until: (pattern: RegExp) => Promise<string>
  readonly closed: Promise<void>
}

/** Sends one request on a connection of its own. */
export function request(port: number, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const body = sent.json === undefined ? sent.body : JSON.stringify(sent.json)
  const headers = { ...(sent.json === undefined ? {} : { 'content-type': 'application/json' }), ...sent.headers }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) })
      })
    })
    outgoing.on('error', reject)
    for (const chunk of sent.chunks ?? []) outgoing.write(chunk)
    outgoing.end(body)
  })
}

/** Opens a raw connection. */
export function open(port: number): Promise<RawConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      received += text
    })
    const closed = new Promise<void>((done) => socket.once('close', () => done()))
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.on('error', () => {})
      resolve({ socket, received: () => received, closed, until: (pattern) => until(() => received, pattern, closed) })
    })
  })
}

async function until(received: () => string, pattern: RegExp, closed: Promise<void>): Promise<string> {
  let isClosed = false
  void closed.then(() => {
    isClosed = true
  })
  const end = Date.now() + 10_000
  while (!pattern.test(received())) {
    if (isClosed || Date.now() > end) throw new Error(`${pattern} never came, but ${JSON.stringify(received())}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return received()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
