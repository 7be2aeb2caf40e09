import { Agent, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import type { FuzzedRequest } from './requests.ts'

/** How a request ended: a status, a connection closed without one, or a hang. */
export type FuzzOutcome = number | 'closed' | 'hang'

/** A request that takes longer hangs, in milliseconds. */
const hangTimeoutMs = 60_000

/** Replies to malformed requests are read up to here, in characters. */
const maxReceived = 200_000

/** Creates a sender with keep-alive connections. */
export function createSender(port: number): {
  readonly send: (request: FuzzedRequest) => Promise<FuzzOutcome>
  readonly close: () => void
} {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  return { send: (request) => send(agent, port, request), close: () => agent.destroy() }
}

function send(agent: Agent, port: number, { method, path, headers, body }: FuzzedRequest): Promise<FuzzOutcome> {
  return new Promise((resolve) => {
    const outgoing = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent }, (response) => {
      response.on('error', () => resolve('closed'))
      response.on('end', () => resolve(response.statusCode ?? 'closed'))
      response.resume()
    })
    outgoing.setTimeout(hangTimeoutMs, () => {
      resolve('hang')
      outgoing.destroy()
    })
    outgoing.on('error', () => resolve('closed'))
    outgoing.end(body)
  })
}

/** Sends bytes on a new connection, half-closes it, and returns the first status, or one of 500 or more if a reply has one. */
export function sendRaw(port: number, bytes: string): Promise<FuzzOutcome> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.setEncoding('latin1')
    socket.setTimeout(hangTimeoutMs, () => {
      resolve('hang')
      socket.destroy()
    })
    socket.on('data', (text: string) => {
      if (received.length < maxReceived) received += text
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      // Several requests may be sent at once, and a 100 precedes the reply proper.
      const statuses = Array.from(received.matchAll(/^HTTP\/1\.1 ([2-5]\d\d)/gm), ([, status]) => Number(status))
      resolve(statuses.find((status) => status >= 500) ?? statuses[0] ?? 'closed')
    })
    socket.end(bytes, 'latin1')
  })
}
