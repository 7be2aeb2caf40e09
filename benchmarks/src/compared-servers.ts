import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { saveResult } from './save-result.ts'

/** A server in a process of its own, whose CPU time is measured. */
export interface ComparedServer<Ready> {
  readonly name: string
  readonly child: ChildProcess
  /** What the server sent when it was ready. */
  readonly ready: Ready & { readonly port: number }
  readonly agent: Agent
  /** Microseconds of CPU time per operation, one entry per round. */
  readonly costs: number[]
}

const usage = z.object({ user: z.number(), system: z.number() })

/**
 * Starts a server. Its program sends a message with its port when it is ready, and its CPU time on every message that it receives.
 *
 * @param program the file of the program, in this folder
 * @param clients number of connections to the server
 */
export async function startComparedServer<Ready>(
  name: string,
  program: string,
  programArguments: readonly string[],
  ready: z.ZodType<Ready & { readonly port: number }>,
  clients: number,
): Promise<ComparedServer<Ready>> {
  const file = fileURLToPath(new URL(program, import.meta.url))
  const child = fork(file, [...programArguments], { execArgv: ['--disable-warning=ExperimentalWarning'] })
  const [message]: unknown[] = await Promise.race([once(child, 'message'), failOnExit(child, name)])
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  return { name, child, ready: ready.parse(message), agent, costs: [] }
}

async function failOnExit(child: ChildProcess, name: string): Promise<never> {
  await once(child, 'exit')
  throw new Error(`${name} ended before it was ready`)
}

/** Sends a request with a JSON body and returns its JSON reply. @throws Error unless the status is 200 */
export function postJson(
  { ready: { port }, agent }: ComparedServer<unknown>,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const text = JSON.stringify(body)
  const type = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method: 'POST', path, agent, headers: { ...type, ...headers } }
    const outgoing = request(options, (response) => {
      let reply = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (reply += chunk))
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(reply))
        else reject(new Error(`POST ${path}: ${response.statusCode} ${reply}`))
      })
    })
    outgoing.on('error', reject).end(text)
  })
}

async function readCpuTime({ child }: ComparedServer<unknown>): Promise<number> {
  child.send('usage')
  const [message]: unknown[] = await once(child, 'message')
  const { user, system } = usage.parse(message)
  return user + system
}

/**
 * Measures the CPU time of an operation on each server, in turns, after a round that warms up.
 *
 * @param clients the operation runs this often at once
 * @param operate runs the operation once, for one of the clients
 */
export async function compareInTurns<Ready>(
  servers: readonly ComparedServer<Ready>[],
  { rounds, operations, clients }: { readonly rounds: number; readonly operations: number; readonly clients: number },
  operate: (server: ComparedServer<Ready>, client: number) => Promise<void>,
): Promise<void> {
  const measure = async (server: ComparedServer<Ready>): Promise<number> => {
    const before = await readCpuTime(server)
    let left = operations
    const work = async (_: unknown, client: number): Promise<void> => {
      while (left-- > 0) await operate(server, client)
    }
    await Promise.all(Array.from({ length: clients }, work))
    const spent = (await readCpuTime(server)) - before
    // The server closes idle connections between rounds, possibly while one is being reused.
    server.agent.destroy()
    return spent / operations
  }
  for (const server of servers) await measure(server)
  for (let round = 0; round < rounds; round++)
    for (const server of round % 2 === 0 ? servers : servers.toReversed()) server.costs.push(await measure(server))
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Prints and saves how much CPU time the first server takes, compared with the other. */
export function reportComparison(
  name: string,
  billfold: ComparedServer<unknown>,
  other: ComparedServer<unknown>,
): void {
  const ratios = billfold.costs.map((cost, round) => cost / (other.costs[round] ?? Number.NaN))
  const range = [Math.min(...ratios), Math.max(...ratios)] as const
  const format = ({ costs }: ComparedServer<unknown>): string => `${median(costs).toFixed(0)} µs CPU`
  saveResult({
    name,
    billfold: format(billfold),
    other: `${other.name}: ${format(other)}`,
    ratio: median(ratios),
    range,
  })
  const rounds = `median of ${ratios.length} rounds, ${range.map((ratio) => ratio.toFixed(2)).join(' to ')}`
  const figures = `${format(billfold)}; ${other.name} ${format(other)}; ratio ${median(ratios).toFixed(3)} (${rounds})`
  process.stdout.write(`${name}: ${figures}\n`)
}

/** Ends the servers. */
export function stopServers(servers: readonly ComparedServer<unknown>[]): void {
  for (const { child, agent } of servers) {
    agent.destroy()
    child.kill()
  }
}
