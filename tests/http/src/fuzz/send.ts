import { Agent, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import type { FuzzedRequest } from './requests.ts'

/** How a request ended: a status, a connection closed without one, or a hang. */
export type FuzzOutcome = number | 'closed' | 'hang'

/** A request that takes longer hangs, in milliseconds. */
const hangTimeoutMs = 60_000

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

/** Sends bytes on a new connection, half-closes it, and returns the first status. */
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
      if (received.length < 64) received += text
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(received)?.[1]
      resolve(status === undefined ? 'closed' : Number(status))
    })
    socket.end(bytes, 'latin1')
  })
}
