import { connect, type Socket } from 'node:net'

/** A socket and the data it has received so far. */
export interface RawConnection {
  readonly socket: Socket
  readonly received: () => string
  /** Resolves once the received data matches; rejects if the socket closes or ten seconds pass first. */
  readonly waitFor: (pattern: RegExp) => Promise<string>
  readonly closed: Promise<void>
}

/** Connects a socket to a port of this machine, for aborted, slow and malformed requests. */
export function connectRaw(port: number): Promise<RawConnection> {
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
      const read = (): string => received
      resolve({ socket, received: read, closed, waitFor: (pattern) => waitFor(read, pattern, closed) })
    })
  })
}

async function waitFor(received: () => string, pattern: RegExp, closed: Promise<void>): Promise<string> {
  let isClosed = false
  void closed.then(() => {
    isClosed = true
  })
  const end = Date.now() + 10_000
  while (!pattern.test(received())) {
    if (isClosed || Date.now() > end)
      throw new Error(`expected to receive ${pattern}, received ${JSON.stringify(received())}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return received()
}
