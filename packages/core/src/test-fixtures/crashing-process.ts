import type { EvmClient } from '../custody/chain-clients/index.ts'
import type { Storage } from '../kernel/storage/index.ts'
import type { FakeChain } from './fake-chain.ts'

/** Simulates a process that dies at one step, before or after the operation of the step takes effect. */
export function crashingProcess(deadline: number, moment: 'before' | 'after') {
  let step = 0
  let dead = false
  const guarded =
    <A extends readonly unknown[], R>(operation: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const now = step++ === deadline
      if (dead || (now && moment === 'before')) {
        dead = true
        throw new Error('dead')
      }
      const result = await operation(...args)
      if (now) {
        dead = true
        throw new Error('dead')
      }
      return result
    }
  return {
    isDead: () => dead,
    storage: (alive: Storage): Storage => ({
      find: (table, query) => guarded(() => alive.find(table, query))(),
      commit: guarded((writes) => alive.commit(writes)),
    }),
    client: (alive: FakeChain['client']): EvmClient => ({
      ...alive,
      nonces: guarded(alive.nonces),
      broadcast: guarded(alive.broadcast),
      fees: guarded(alive.fees),
      estimateGas: guarded(alive.estimateGas),
    }),
  }
}
