import { createServer, type ServerResponse } from 'node:http'

/** A webhook endpoint that records deliveries. */
export interface WebhookReceiver {
  readonly url: string
  /** The `webhook-id` of each request, in order of arrival. */
  readonly ids: string[]
  readonly close: () => Promise<void>
}

/** Starts a receiver on the loopback address; it responds with 204 by default. */
export async function startWebhookReceiver(
  answer: (response: ServerResponse) => void = (response) => response.writeHead(204).end(),
): Promise<WebhookReceiver> {
  const ids: string[] = []
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      ids.push(String(request.headers['webhook-id']))
      answer(response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    ids,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
