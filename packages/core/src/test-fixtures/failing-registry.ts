import { type DidRegistry, embeddedRegistry } from '../dids/index.ts'
import { BillfoldError } from '../errors.ts'

/**
 * The fault of one `submit`: `ok`; `down`, no node is available; `dies`, the process crashes before it; `lost`, the process
 * crashes after it; `slow`, it succeeds but reports only `sent`.
 */
export type Fate = 'ok' | 'down' | 'dies' | 'lost' | 'slow'

/** Simulates the crash of the process. */
export class Died extends Error {}

/** Creates an embedded registry whose `submit` has these faults in order, then none. */
export function failingRegistry(faults: Fate[]): DidRegistry {
  const registry = embeddedRegistry()
  return {
    ...registry,
    submit: async (...args) => {
      const fault = faults.shift() ?? 'ok'
      if (fault === 'down') throw new BillfoldError('transaction.chain-unavailable')
      if (fault === 'dies') throw new Died()
      const state = await registry.submit(...args)
      if (fault === 'lost') throw new Died()
      return fault === 'slow' ? { state: 'sent' } : state
    },
  }
}
