import type { CustodyServices } from './custody/services.ts'
import { createSessionContext } from './authentication/api/face-options.ts'
import { toOnboardingSettings } from './onboarding/api/index.ts'
import { contractSignatureVerifier } from './custody/wallets/contract-signature.ts'
import { documentDidKeyResolver } from './onboarding/wallet-login/document-did-keys.ts'
import { createControlsDid, registryDidKeyResolver, resolveAddressDid } from './onboarding/wallet-login/index.ts'
import type { DidWalletSettings } from './dids/did-wallets/settings.ts'
import { resolvePaymentSettings } from './payments/settings.ts'
import type { Instrumentation } from './telemetry/instrumentation.ts'
import { listWalletClaims } from './custody/wallets/wallet-claims.ts'
import type { AdditionalModule } from './additional-modules.ts'
import type { BillfoldOptions } from './billfold-options.ts'

/** Instruments the plugged-in parts of the options. Returns the same object without telemetry. */
export function instrumentOptions(
  observer: Instrumentation,
  options: BillfoldOptions<readonly AdditionalModule[]>,
): BillfoldOptions<readonly AdditionalModule[]> {
  if (options.telemetry === undefined) return options
  const { storage, authentication } = options
  const verifier = authentication?.verifier
  return {
    ...options,
    storage: observer.storage(storage),
    ...(verifier !== undefined && { authentication: { ...authentication, verifier: observer.verifier(verifier) } }),
  }
}

/** Resolves the options of Billfold's own modules to what they run on. */
export function resolveOptions(
  options: BillfoldOptions<readonly AdditionalModule[]>,
  services: CustodyServices,
  didWallets: DidWalletSettings,
) {
  const { authentication, custody, dids, payments, webhooks = {}, issuer = 'billfold' } = options
  // Ownership of a DID on a network without a registry cannot be determined. This only matters if the host has
  // configured registries.
  const resolveWithoutRegistry = dids?.registries === undefined ? resolveAddressDid : async () => undefined
  const resolveDidKeys = registryDidKeyResolver(
    services,
    didWallets.registries,
    resolveWithoutRegistry,
    options.onboarding?.didResolver && documentDidKeyResolver(options.onboarding.didResolver),
  )
  const verifyContractSignature = contractSignatureVerifier(services)
  const onboarding = toOnboardingSettings({ resolveDidKeys, verifyContractSignature, ...options.onboarding })
  const controlsDid = createControlsDid(services, onboarding.login.resolveDidKeys ?? resolveDidKeys)
  const sessions = createSessionContext(services, authentication, listWalletClaims, controlsDid)
  return {
    authentication,
    custody,
    dids,
    webhooks,
    issuer,
    didWallets,
    sessions,
    faces: sessions.faces,
    onboarding,
    payments: { services, settings: resolvePaymentSettings(payments) },
    paymentOptions: { curve: authentication?.curve ?? 'secp256k1', ...payments },
  } as const
}
