import type { CustodyServices } from '../custody/services.ts'
import { createSessionContext } from '../authentication/api/face-options.ts'
import { builtInDeclarations, builtInModules } from '../built-in-modules.ts'
import { toDidWalletSettings } from '../dids/api/index.ts'
import { toOnboardingSettings } from '../onboarding/api/index.ts'
import { databaseBlobs } from '../onboarding/blobs/index.ts'
import { resolvePaymentSettings } from '../payments/settings.ts'
import { createParts } from '../platform/compose-modules.ts'
import { deliverOutbox } from '../platform/outbox/index.ts'

/** Creates the parts of all built-in modules on some services, without options. */
export function createBuiltInParts(services: CustodyServices) {
  const sessions = createSessionContext(services)
  return createParts(builtInModules, {
    services,
    tenant: 'default',
    host: (tenant = 'default') => ({ tenant, id: 'host' }),
    issuer: 'billfold',
    evidenceSource: () => undefined,
    deliver: () => deliverOutbox(services),
    sealedColumns: builtInDeclarations.sealedColumns,
    pepperedValues: [],
    webhooks: {},
    authentication: undefined,
    custody: undefined,
    dids: undefined,
    didWallets: toDidWalletSettings(),
    sessions,
    faces: sessions.faces,
    onboarding: toOnboardingSettings({ blobs: databaseBlobs(services.storage), resolveDidKeys: async () => undefined }),
    payments: { services, settings: resolvePaymentSettings() },
    paymentOptions: {},
  })
}
