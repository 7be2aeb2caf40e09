import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'

/** A request to a webhook receiver. */
export interface ReceivedWebhook {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A webhook receiver at the loopback address. */
export interface WebhookReceiver {
  readonly url: string
  readonly received: ReceivedWebhook[]
  readonly close: () => Promise<void>
}

/** Starts a receiver that responds with this function, by default with 204. */
export async function startWebhookReceiver(
  respond: (request: ReceivedWebhook, response: ServerResponse) => void = (_, response) =>
    response.writeHead(204).end(),
): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const webhook = {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      received.push(webhook)
      respond(webhook, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
