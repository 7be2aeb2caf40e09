import type { ErrorTable } from './error-table.ts'

/** The error codes of request handling. */
export const httpErrors = {
  'body.malformed': { status: 400, message: 'Malformed request body' },
  'body.too-large': { status: 413, message: 'Request body too large' },
  'body.too-slow': { status: 408, message: 'The request body did not arrive in time' },
  'body.unsupported-type': { status: 415, message: 'Unsupported content type' },
  'body.raw-unavailable': {
    status: 501,
    message: "The host's body parser did not retain the raw body, which this request requires",
  },
  'host.unsupported': {
    status: 501,
    message: 'This API is mounted in an application that its adapter does not support',
  },
  'caller.unauthenticated': { status: 401, message: 'Missing or invalid authentication' },
  'caller.forbidden': { status: 403, message: 'The caller is not allowed to do this' },
  'route.not-found': { status: 404, message: 'Route not found' },
  'route.method-not-allowed': { status: 405, message: 'Method not allowed on this route' },
  'request.closed': { status: 499, message: 'The client closed the request' },
} as const satisfies ErrorTable
