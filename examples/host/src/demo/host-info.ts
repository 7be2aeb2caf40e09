import { relative } from 'node:path'
import type { HostSettings } from '../settings.ts'
import { credentialsPath } from './credentials.ts'
import type { HostInfo } from './exchange.ts'

const databases: readonly (readonly [RegExp, string])[] = [
  [/^postgres/, 'PostgreSQL'],
  [/^(mysql|mariadb)/, 'MySQL'],
]

/** Describes the host for the console. Contains no secrets: of the credentials only the file name. */
export function getHostInfo(settings: HostSettings): HostInfo {
  const { framework, databaseUrl, baseUrl } = settings
  const [, database] = databases.find(([pattern]) => pattern.test(databaseUrl)) ?? ['', 'SQLite']
  return {
    framework: framework === 'koa' ? 'Koa' : 'Express',
    database,
    baseUrl,
    credentials: relative(process.cwd(), credentialsPath(settings)),
  }
}
