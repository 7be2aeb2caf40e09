import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** A fake HTTP node with scripted responses that records its requests. */
export interface ScriptedNode {
  readonly url: string
  readonly requests: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }[]
  readonly close: () => Promise<void>
}

/** Starts a node that responds with this function. */
export async function startScriptedNode(
  respond: (request: { path: string; body: string }, response: ServerResponse) => void,
): Promise<ScriptedNode> {
  const requests: ScriptedNode['requests'] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const path = request.url ?? ''
      requests.push({ path, headers: request.headers, body })
      respond({ path, body }, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
