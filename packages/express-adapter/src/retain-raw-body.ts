import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Retains the raw body as `request.rawBody`, for routes that verify a signature over it. Pass it as `verify` to a body parser
 * that runs before Billfold.
 *
 * @param request the request that the parser reads
 * @param bytes the raw body
 *
 * @example
 * ```ts
 * import { retainRawBody } from '@billfold/express-adapter'
 * import express from 'express'
 *
 * express().use(express.json({ verify: retainRawBody }))
 * ```
 */
export function retainRawBody(request: IncomingMessage, _response: ServerResponse, bytes: Buffer): void {
  Object.assign(request, { rawBody: bytes })
}
