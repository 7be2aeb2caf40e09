export { type KoaRouterOptions, koaRouter } from './router.ts'
// What koaRouter() gives, so that declarations inferred from it name a package that the host has.
export type { Router, RouterInstance } from '@koa/router'
