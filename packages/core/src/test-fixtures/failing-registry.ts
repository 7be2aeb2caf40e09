import { type DidRegistry, embeddedRegistry } from '../dids/index.ts'
import { BillfoldError } from '../errors.ts'

/**
 * What a call of a registry meets: `ok`; `down`, no node answers and nothing is done; `dies`, the process ends before;
 * `lost`, it is done and then the process ends; `slow`, it is done, but the reply only says that it was sent.
 */
export type Fate = 'ok' | 'down' | 'dies' | 'lost' | 'slow'

/** The process ended: not an error that anything could be done about. */
export class Died extends Error {}

/** An embedded registry whose `submit` meets these fates, one after the other; then all is well. */
export function failingRegistry(fates: Fate[]): DidRegistry {
  const registry = embeddedRegistry()
  return {
    ...registry,
    submit: async (...handedIn) => {
      const fate = fates.shift() ?? 'ok'
      if (fate === 'down') throw new BillfoldError('transaction.chain-unavailable')
      if (fate === 'dies') throw new Died()
      const state = await registry.submit(...handedIn)
      if (fate === 'lost') throw new Died()
      return fate === 'slow' ? { state: 'sent' } : state
    },
  }
}
