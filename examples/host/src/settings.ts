import { resolve } from 'node:path'

/** What the environment says. */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly framework: 'express' | 'koa'
  readonly dataDirectory: string
  /** `sqlite:`, `postgres:` or `mysql:`. */
  readonly databaseUrl: string
  readonly baseUrl: string
}

/** Reads HOST, PORT, FRAMEWORK, DATA_DIR, DATABASE_URL and BASE_URL. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const { HOST = '127.0.0.1', PORT = '3000', FRAMEWORK = 'express', DATA_DIR = './data' } = environment
  const port = Number(PORT)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`PORT is not a port: ${PORT}`)
  if (FRAMEWORK !== 'express' && FRAMEWORK !== 'koa') throw new Error('FRAMEWORK is express or koa')
  const dataDirectory = resolve(DATA_DIR)
  return {
    host: HOST,
    port,
    framework: FRAMEWORK,
    dataDirectory,
    databaseUrl: environment['DATABASE_URL'] ?? `sqlite:${resolve(dataDirectory, 'billfold.db')}`,
    baseUrl: environment['BASE_URL'] ?? `http://${HOST === '0.0.0.0' ? 'localhost' : HOST}:${port}`,
  }
}
