export { type ExpressRouterOptions, expressRouter } from './router.ts'
export { retainRawBody } from './retain-raw-body.ts'
