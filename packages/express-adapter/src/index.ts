export { type ExpressRouterOptions, expressRouter } from './router.ts'
export { keepRawBody } from './raw-body.ts'
