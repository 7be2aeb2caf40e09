import { type DidRegistry, embeddedRegistry } from '../dids/registries/index.ts'
import { BillfoldError } from '../kernel/errors.ts'

/**
 * The fault of one `submit`: `ok`; `down`, no node is available; `dies`, the process crashes before it; `lost`, the process
 * crashes after it; `slow`, it succeeds but reports only `sent`.
 */
export type RegistryFault = 'ok' | 'down' | 'dies' | 'lost' | 'slow'

/** Simulates the crash of the process. */
export class SimulatedCrash extends Error {}

/** Creates an embedded registry whose `submit` has these faults in order, then none. */
export function failingRegistry(faults: RegistryFault[]): DidRegistry {
  const registry = embeddedRegistry()
  return {
    ...registry,
    submit: async (...args) => {
      const fault = faults.shift() ?? 'ok'
      if (fault === 'down') throw new BillfoldError('transaction.chain-unavailable')
      if (fault === 'dies') throw new SimulatedCrash()
      const state = await registry.submit(...args)
      if (fault === 'lost') throw new SimulatedCrash()
      return fault === 'slow' ? { state: 'sent' } : state
    },
  }
}
