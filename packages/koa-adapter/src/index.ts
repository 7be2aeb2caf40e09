export { type KoaRouterOptions, koaRouter } from './router.ts'
// The return type of koaRouter, so that inferred declarations refer to a package that the host has.
export type { Router, RouterInstance } from '@koa/router'
