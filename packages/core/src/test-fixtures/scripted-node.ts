import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** A node of a test: it answers as it is told, and remembers what it was asked. */
export interface ScriptedNode {
  readonly url: string
  readonly asked: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }[]
  readonly close: () => Promise<void>
}

/** Starts a node that answers every request by this function. */
export async function scriptedNode(
  answer: (request: { path: string; body: string }, response: ServerResponse) => void,
): Promise<ScriptedNode> {
  const asked: ScriptedNode['asked'] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const path = request.url ?? ''
      asked.push({ path, headers: request.headers, body })
      answer({ path, body }, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
