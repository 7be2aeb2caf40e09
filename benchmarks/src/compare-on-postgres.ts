import { listTestDatabases } from '@billfold/test-databases'
import type { z } from 'zod'
import {
  compareInTurns,
  type ComparedServer,
  reportComparison,
  startComparedServer,
  stopServers,
} from './compared-servers.ts'

/** A comparison of Billfold on Express with a bare Express route over pg that has the same guarantees. */
export interface PostgresComparison<Ready> {
  /** What is measured, as it is reported. */
  readonly title: string
  /** The file of the servers' program. It gets `billfold` or `bare`, the URL of an empty database, and the number of clients. */
  readonly program: string
  /** What a server sends when it is ready. */
  readonly ready: z.ZodType<Ready & { readonly port: number }>
  readonly clients: number
  /** Runs the operation once, for one of the clients. */
  readonly operate: (server: ComparedServer<Ready>, client: number) => Promise<void>
}

/** Compares the CPU time of both on PostgreSQL, in turns. The rounds and the operations per round are arguments of the command. */
export async function compareOnPostgres<Ready>(comparison: PostgresComparison<Ready>): Promise<void> {
  const { title, program, ready, clients, operate } = comparison
  const [rounds = 7, operations = 200] = process.argv.slice(2).map(Number)
  const database = (await listTestDatabases({ servers: 'always' })).find(({ kind }) => kind === 'postgres')
  if (database === undefined) throw new Error(`${program} needs PostgreSQL`)
  const fresh = [await database.create(), await database.create()] as const
  const start = (name: string, which: string, url = ''): Promise<ComparedServer<Ready>> =>
    startComparedServer(name, program, [which, url, String(clients)], ready, clients)
  const servers = await Promise.all([
    start('Billfold', 'billfold', fresh[0].url),
    start('bare Express route over pg', 'bare', fresh[1].url),
  ])
  try {
    await compareInTurns(servers, { rounds, operations, clients }, operate)
    reportComparison(`${title}, PostgreSQL`, ...servers)
  } finally {
    stopServers(servers)
    for (const { drop } of fresh) await drop()
  }
}
