import type { DatabaseKind, Framework, HostChoices } from './choices.ts'

/** Versions of what a host installs beside Billfold. A test holds them against those that Billfold is tested with. */
export const dependencyRanges = {
  '@hono/node-server': '^2.1.9',
  express: '^5.3.0',
  fastify: '^5.12.8',
  hono: '^4.13.19',
  koa: '^3.3.0',
  // 0.29 needs Node 22; npm chooses.
  kysely: '^0.28.0 || ^0.29.0',
  libsql: '^0.5.29',
  mysql2: '^3.24.5',
  pg: '^8.23.1',
} as const

type Dependency = keyof typeof dependencyRanges

const frameworkDependencies: Readonly<Record<Framework, readonly Dependency[]>> = {
  express: ['express'],
  koa: ['koa'],
  hono: ['hono', '@hono/node-server'],
  fastify: ['fastify', 'hono', '@hono/node-server'],
}

const adapters: Readonly<Record<Framework, string>> = {
  express: '@billfold/express-adapter',
  koa: '@billfold/koa-adapter',
  hono: '@billfold/fetch-adapter',
  fastify: '@billfold/fetch-adapter',
}

const drivers: Readonly<Record<DatabaseKind, Dependency>> = { sqlite: 'libsql', postgres: 'pg', mariadb: 'mysql2' }

/** Returns the dependencies of a host, by name. */
export function hostDependencies(
  { framework, database }: Pick<HostChoices, 'framework' | 'database'>,
  billfoldVersion: string,
): Readonly<Record<string, string>> {
  const ours = ['@billfold/cli', '@billfold/core', adapters[framework], '@billfold/storage-kysely']
  const theirs = [...frameworkDependencies[framework], 'kysely', drivers[database]] as const
  const entries = [
    ...ours.map((name) => [name, billfoldVersion] as const),
    ...theirs.map((name) => [name, dependencyRanges[name]] as const),
  ]
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)))
}
