import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { FuzzedAccess, FuzzedCheck } from './fuzzed-api.ts'
import type { HostMeasurement, HostMessage, HostQuestion } from './host-process.ts'
import type { LoopBlock } from './loop-monitor.ts'

/** A host in a process of its own. */
export interface HostProcess {
  readonly port: number
  readonly access: FuzzedAccess
  /** The blocks of its event loop so far. */
  readonly blocks: readonly LoopBlock[]
  /** Its unhandled errors so far. */
  readonly unhandled: readonly string[]
  readonly measure: () => Promise<HostMeasurement>
  readonly check: () => Promise<FuzzedCheck>
  readonly close: () => Promise<void>
}

const main = fileURLToPath(new URL('../../dist/fuzz/host-process.js', import.meta.url))

/** Starts the built host and waits until it listens. @param words the API, the kind of database and the framework, or `idle` */
export async function startHostProcess(...words: readonly string[]): Promise<HostProcess> {
  const child = fork(main, words, { execArgv: ['--disable-warning=ExperimentalWarning'] })
  const blocks: LoopBlock[] = []
  const unhandled: string[] = []
  child.on('message', (message: HostMessage) => {
    if (message.kind === 'block') blocks.push(message.block)
    if (message.kind === 'unhandled') unhandled.push(message.error)
  })
  const { port, access } = await receive(child, 'ready')
  const ask = <K extends 'measured' | 'checked'>(question: HostQuestion, kind: K) => {
    const answer = receive(child, kind)
    child.send(question)
    return answer
  }
  return {
    port,
    access,
    blocks,
    unhandled,
    measure: async () => (await ask('measure', 'measured')).measured,
    check: async () => (await ask('check', 'checked')).check,
    close: async () => {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

/** Waits for a message of a kind. Rejects if the process ends first. */
function receive<K extends HostMessage['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<HostMessage, { readonly kind: K }>> {
  return new Promise((resolve, reject) => {
    const end = (code: number | null, signal: string | null): void => {
      reject(new Error(`the host ended with ${code ?? signal} before it was ${kind}`))
    }
    const hear = (message: HostMessage): void => {
      if (!isOf(message, kind)) return
      child.off('exit', end)
      child.off('message', hear)
      resolve(message)
    }
    child.once('exit', end)
    child.on('message', hear)
  })
}

function isOf<K extends HostMessage['kind']>(
  message: HostMessage,
  kind: K,
): message is Extract<HostMessage, { readonly kind: K }> {
  return message.kind === kind
}
