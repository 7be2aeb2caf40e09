import { Readable } from 'node:stream'
import type { OutgoingResponse } from '@billfold/core/http'
import type { RouterContext } from '@koa/router'

/** Hands a response to Koa, which writes it once the host's middleware is done, unless somebody has answered already. */
export function send(context: RouterContext, { status, headers, body }: OutgoingResponse): void {
  if (!context.writable || context.headerSent) return
  context.status = status
  for (const [name, value] of Object.entries(headers)) context.set(name, typeof value === 'string' ? value : [...value])
  if (body === undefined) context.body = ''
  else if (typeof body === 'string') context.body = body
  else if (body instanceof Uint8Array) context.body = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  else context.body = Readable.from(untilItFails(context, body), { objectMode: false })
  // Koa guesses a type for every body.
  if (headers['content-type'] === undefined) context.remove('content-type')
}

/** A body that breaks off cuts the connection, so that the client sees it, and stays out of the host's error handling. */
async function* untilItFails(context: RouterContext, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch {
    context.res.destroy()
  }
}
