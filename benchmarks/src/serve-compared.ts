import { createServer, type RequestListener } from 'node:http'

/** A server whose CPU time is compared, and what its client needs to know. */
export interface ServedApi<Ready> {
  readonly listener: RequestListener
  /** Prepares what the client uses, once the server listens on this port. */
  readonly prepare: (port: number) => Promise<Ready>
}

/** Serves an API to the process that has forked this one: sends its port when it is ready, and its CPU time on every message. */
export function serveCompared({ listener, prepare }: ServedApi<object>): void {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    void prepare(port).then((ready) => process.send?.({ ...ready, port }))
  })
  // An orderly end writes the profile of `--cpu-prof`.
  process.once('SIGTERM', () => process.exit(0))
  process.on('message', () => process.send?.(process.cpuUsage()))
}
