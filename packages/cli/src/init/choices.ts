/** The frameworks that `billfold init` writes a host for. */
export const frameworks = ['express', 'koa', 'hono', 'fastify'] as const

/** The databases that `billfold init` writes a host for. */
export const databaseKinds = ['sqlite', 'postgres', 'mariadb'] as const

/** The APIs that a host can mount. */
export const apiNames = ['custody', 'payments', 'dids', 'onboarding', 'authentication'] as const

/** A framework. */
export type Framework = (typeof frameworks)[number]

/** A kind of database. */
export type DatabaseKind = (typeof databaseKinds)[number]

/** The name of an API, which is also its property of Billfold and its path. */
export type ApiName = (typeof apiNames)[number]

/** What a new host consists of. */
export interface HostChoices {
  readonly framework: Framework
  readonly database: DatabaseKind
  readonly apis: readonly ApiName[]
  readonly databaseUrl: string
}
