import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { mountings } from '../hosts/mountings.ts'
import type { FuzzedAccess, FuzzedCheck } from './fuzzed-api.ts'
import { type FuzzedHost, fuzzedApiNames, startFuzzedHost } from './fuzzed-apis.ts'
import { type LoopBlock, type LoopDelay, monitorLoop } from './loop-monitor.ts'

/** What the host process sends. */
export type HostMessage =
  | { readonly kind: 'ready'; readonly port: number; readonly access: FuzzedAccess }
  | { readonly kind: 'block'; readonly block: LoopBlock }
  | { readonly kind: 'unhandled'; readonly error: string }
  | { readonly kind: 'measured'; readonly measured: HostMeasurement }
  | { readonly kind: 'checked'; readonly check: FuzzedCheck }

/** What the host process is asked for. It closes when it is disconnected. */
export type HostQuestion = 'measure' | 'check'

/** The memory after a garbage collection, in bytes, and the delays of the event loop since the last measurement. */
export interface HostMeasurement {
  readonly rss: number
  readonly heap: number
  readonly delay: LoopDelay
}

// A host in a process of its own, so that the work of its clients does not count: node host-process.js <api> <database> <framework>
// With `idle` instead of an API: a process that does nothing, which measures what the machine alone does.
const [, , name = '', kind = '', framework = ''] = process.argv
setFlagsFromString('--expose-gc')

process.on('unhandledRejection', (reason) => send({ kind: 'unhandled', error: String(reason) }))
process.on('uncaughtException', (error) => send({ kind: 'unhandled', error: String(error) }))
const host = await startNamed()
const monitor = monitorLoop((block) => send({ kind: 'block', block }))
process.on('message', (question: HostQuestion) => void answer(question))
process.on('disconnect', () => void close())
// The run may have ended while the host started.
if (!process.connected) await close()
send({ kind: 'ready', port: host?.port ?? 0, access: host?.access ?? { headers: [], fields: {} } })

async function startNamed(): Promise<FuzzedHost | undefined> {
  if (name === 'idle') return undefined
  const api = fuzzedApiNames.find((one) => one === name)
  const mounting = mountings.find(
    (one) => one.framework === framework && one.through === 'app' && one.prefix === '/id' && !one.parser,
  )
  if (api === undefined || mounting === undefined) throw new Error(`there is no ${name} in ${framework}`)
  return startFuzzedHost(api, kind, mounting)
}

async function answer(question: HostQuestion): Promise<void> {
  const delay = monitor.getDelay()
  monitor.stop()
  if (question === 'check') send({ kind: 'checked', check: (await host?.check()) ?? { summary: '', findings: [] } })
  else {
    for (let time = 0; time < 2; time++) {
      // Memory of the last requests is released after their sockets close.
      await new Promise((resolve) => setTimeout(resolve, 200))
      runInNewContext('gc()')
    }
    const { rss, heapUsed: heap } = process.memoryUsage()
    send({ kind: 'measured', measured: { rss, heap, delay } })
  }
  monitor.reset()
  monitor.start()
}

async function close(): Promise<void> {
  monitor.stop()
  await host?.close()
  // oxlint-disable-next-line unicorn/no-process-exit -- workers of the host keep the process alive
  process.exit()
}

function send(message: HostMessage): void {
  if (process.connected) process.send?.(message)
}
