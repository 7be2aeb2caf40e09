export { adminApi, type AdminOptions } from './admin-api.ts'
export type { AdminRisk } from './admin-risk.ts'
export type { Administrator, AuthorizeAdministrator } from './admin-guard.ts'
