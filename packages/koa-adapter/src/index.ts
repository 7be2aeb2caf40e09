export { type KoaRouterOptions, koaRouter } from './router.ts'
