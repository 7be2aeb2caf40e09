import { Readable } from 'node:stream'
import type { OutgoingResponse } from '@billfold/core/http'
import type { RouterContext } from '@koa/router'

/** Sets the response on the Koa context, unless one was already sent. Koa writes it after the host's middleware. */
export function sendKoaResponse(context: RouterContext, { status, headers, body }: OutgoingResponse): void {
  if (!context.writable || context.headerSent) return
  context.status = status
  for (const [name, value] of Object.entries(headers)) context.set(name, typeof value === 'string' ? value : [...value])
  if (body === undefined) context.body = ''
  else if (typeof body === 'string') context.body = body
  else if (body instanceof Uint8Array) context.body = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  else context.body = Readable.from(destroyOnError(context, body), { objectMode: false })
  // Koa sets a default type for every body.
  if (headers['content-type'] === undefined) context.remove('content-type')
}

/** Destroys the connection on a stream error, so that the client notices it and the host's error handling does not run. */
async function* destroyOnError(context: RouterContext, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch {
    context.res.destroy()
  }
}
