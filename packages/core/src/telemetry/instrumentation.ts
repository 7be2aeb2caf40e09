import type { BiometricVerifier } from '../identity/biometrics/index.ts'
import type { ChainConnections } from '../custody/chain-clients/index.ts'
import type { PasswordHasher } from '../kernel/crypto/index.ts'
import type { MountableApi } from '../http/index.ts'
import type { DeliveryCounts } from '../platform/outbox/index.ts'
import type { Storage } from '../kernel/storage/index.ts'
import { type BacklogServices, registerBacklogMetrics } from './backlog-metrics.ts'
import { withSpan } from './spans.ts'
import { createMetricInstruments } from './instruments.ts'
import { instrumentApi } from './instrument-api.ts'
import { instrumentObject } from './instrument-object.ts'
import { instrumentPasswordHasher } from './instrument-password-hasher.ts'
import { instrumentStorage } from './instrument-storage.ts'
import type { Telemetry } from './types.ts'

/** Adds spans and metrics to the parts of Billfold. */
export interface Instrumentation {
  readonly storage: (storage: Storage) => Storage
  readonly passwordHasher: (passwordHasher: PasswordHasher) => PasswordHasher
  readonly chains: (connections: ChainConnections) => ChainConnections
  readonly verifier: (verifier: BiometricVerifier) => BiometricVerifier
  readonly api: (api: MountableApi) => MountableApi
  readonly deliver: (deliver: () => Promise<DeliveryCounts>) => () => Promise<DeliveryCounts>
  readonly backlog: (services: BacklogServices) => void
}

/** Returns everything unchanged, so that a host without telemetry has no overhead. */
const none: Instrumentation = {
  storage: (storage) => storage,
  passwordHasher: (passwordHasher) => passwordHasher,
  chains: (connections) => connections,
  verifier: (verifier) => verifier,
  api: (api) => api,
  deliver: (deliver) => deliver,
  backlog: () => {},
}

/** Creates the instrumentation for a host's telemetry options. */
export function createInstrumentation(telemetry: Telemetry | undefined): Instrumentation {
  if (telemetry === undefined) return none
  const { tracer, meter } = telemetry
  const measured = createMetricInstruments(meter)
  return {
    storage: (storage) => instrumentStorage(storage, tracer, measured),
    passwordHasher: (passwordHasher) => instrumentPasswordHasher(passwordHasher, tracer, measured),
    chains: (connections) => ({
      ...connections,
      clients: new Map(
        [...connections.clients].map(([chain, client]) => {
          const called = { name: 'chain', attributes: { 'billfold.dependency': 'chain', 'billfold.chain': chain } }
          return [chain, instrumentObject(client, called, tracer, measured)]
        }),
      ),
    }),
    verifier: (verifier) =>
      instrumentObject(
        verifier,
        { name: 'verifier', attributes: { 'billfold.dependency': 'verifier' } },
        tracer,
        measured,
      ),
    api: (api) => instrumentApi(api, tracer, measured),
    deliver: (deliver) => () =>
      withSpan(tracer, 'deliver', {}, async (span) => {
        const { delivered, failed } = await deliver()
        span?.setAttribute('billfold.delivered', delivered)
        span?.setAttribute('billfold.failed', failed)
        measured?.deliveries.add(delivered, { 'billfold.outcome': 'delivered' })
        measured?.deliveries.add(failed, { 'billfold.outcome': 'failed' })
        return { delivered, failed }
      }),
    backlog: (services) => {
      if (meter !== undefined) registerBacklogMetrics(meter, services)
    },
  }
}
