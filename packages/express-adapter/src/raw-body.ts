import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Keeps the raw bytes of a body as `request.rawBody`, for routes that check a signature over them. Give it to the parser
 * that is mounted before Billfold.
 *
 * @example
 * ```ts
 * import { keepRawBody } from '@billfold/express-adapter'
 * import express from 'express'
 *
 * express().use(express.json({ verify: keepRawBody }))
 * ```
 */
export function keepRawBody(request: IncomingMessage, _response: ServerResponse, bytes: Buffer): void {
  Object.assign(request, { rawBody: bytes })
}
