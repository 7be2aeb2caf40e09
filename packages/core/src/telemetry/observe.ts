import type { BiometricVerifier } from '../biometrics/index.ts'
import type { ChainConnections } from '../chain-clients/index.ts'
import type { SlowHash } from '../crypto/index.ts'
import type { MountableApi } from '../http/index.ts'
import type { Delivered } from '../outbox/index.ts'
import type { Services } from '../services.ts'
import type { Storage } from '../storage/index.ts'
import { measureBacklog } from './backlog.ts'
import { inSpan } from './in-span.ts'
import { instruments } from './instruments.ts'
import { observedApi } from './observed-api.ts'
import { observedCalls } from './observed-calls.ts'
import { observedSlowHash } from './observed-slow-hash.ts'
import { observedStorage } from './observed-storage.ts'
import type { Telemetry } from './types.ts'

/** Adds spans and metrics to the parts of Billfold. */
export interface Observer {
  readonly storage: (storage: Storage) => Storage
  readonly slowHash: (slowHash: SlowHash) => SlowHash
  readonly chains: (connections: ChainConnections) => ChainConnections
  readonly verifier: (verifier: BiometricVerifier) => BiometricVerifier
  readonly api: (api: MountableApi) => MountableApi
  readonly deliver: (deliver: () => Promise<Delivered>) => () => Promise<Delivered>
  readonly backlog: (services: Services) => void
}

/** Returns everything unchanged, so that a host without telemetry has no overhead. */
const none: Observer = {
  storage: (storage) => storage,
  slowHash: (slowHash) => slowHash,
  chains: (connections) => connections,
  verifier: (verifier) => verifier,
  api: (api) => api,
  deliver: (deliver) => deliver,
  backlog: () => {},
}

/** Creates the instrumentation for a host's telemetry options. */
export function observer(telemetry: Telemetry | undefined): Observer {
  if (telemetry === undefined) return none
  const { tracer, meter } = telemetry
  const measured = instruments(meter)
  return {
    storage: (storage) => observedStorage(storage, tracer, measured),
    slowHash: (slowHash) => observedSlowHash(slowHash, tracer, measured),
    chains: (connections) => ({
      ...connections,
      clients: new Map(
        [...connections.clients].map(([chain, client]) => {
          const called = { name: 'chain', attributes: { 'billfold.called': 'chain', 'billfold.chain': chain } }
          return [chain, observedCalls(client, called, tracer, measured)]
        }),
      ),
    }),
    verifier: (verifier) =>
      observedCalls(verifier, { name: 'verifier', attributes: { 'billfold.called': 'verifier' } }, tracer, measured),
    api: (api) => observedApi(api, tracer, measured),
    deliver: (deliver) => () =>
      inSpan(tracer, 'deliver', {}, async (span) => {
        const { delivered, failed } = await deliver()
        span?.setAttribute('billfold.delivered', delivered)
        span?.setAttribute('billfold.failed', failed)
        measured?.deliveries.add(delivered, { 'billfold.outcome': 'delivered' })
        measured?.deliveries.add(failed, { 'billfold.outcome': 'failed' })
        return { delivered, failed }
      }),
    backlog: (services) => {
      if (meter !== undefined) measureBacklog(meter, services)
    },
  }
}
