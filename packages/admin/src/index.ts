export { adminApi, type AdminOptions, type AdminRisk } from './admin-api.ts'
export type { Administrator, AuthorizeAdministrator } from './admin-guard.ts'
