export { type FetchHandler, type FetchHandlerOptions, fetchHandler } from './fetch-handler.ts'
export { forwardedFor } from './forwarded-for.ts'
