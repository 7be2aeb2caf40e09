import { pipeline, Readable } from 'node:stream'
import type { OutgoingResponse } from '@billfold/core/http'
import type { Request, Response } from 'express'

/** Sends a response, unless the client has disconnected or a response was already sent. Never throws. */
export function sendExpressResponse(
  request: Request,
  response: Response,
  { status, headers, body }: OutgoingResponse,
): void {
  if (response.destroyed || response.headersSent) return
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) response.end(body)
  else stream(request, response, Readable.from(body, { objectMode: false }))
}

/** Streams with backpressure. If either end fails, both are destroyed, so that the client notices the truncated body. */
function stream(request: Request, response: Response, body: Readable): void {
  if (request.method === 'HEAD') {
    body.destroy()
    response.end()
  } else {
    pipeline(body, response, () => {})
  }
}
