import { connect, createServer, type Server, type Socket } from 'node:net'

/** A proxy in front of a database server that counts the round trips of its clients. */
export interface RoundTripProxy {
  /** The URL of the database, through the proxy. */
  readonly url: string
  /**
   * The round trips since the start, over all connections: how often a client sent something after the server had answered it.
   * What a client sends at once is one, whatever it contains.
   */
  readonly roundTrips: () => number
  readonly close: () => Promise<void>
}

/** Starts the proxy on a free port of this machine. */
export async function startRoundTripProxy(url: string): Promise<RoundTripProxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let roundTrips = 0
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let isAwaited = false
    const destroyBoth = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', destroyBoth).on('close', destroyBoth)
    }
    client.on('data', (chunk) => {
      if (!isAwaited) roundTrips++
      isAwaited = true
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      isAwaited = false
      client.write(chunk)
    })
  })
  const proxied = new URL(url)
  proxied.hostname = '127.0.0.1'
  proxied.port = String(await listen(server))
  return {
    url: proxied.href,
    roundTrips: () => roundTrips,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address === 'object' && address !== null) resolve(address.port)
      else reject(new TypeError('The proxy listens on no port'))
    })
  })
}
