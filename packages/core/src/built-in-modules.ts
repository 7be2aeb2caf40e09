import { type AuthenticationAuditActions, authenticationModule } from './authentication/module.ts'
import { type CustodyAuditActions, custodyModule } from './custody/module.ts'
import { type DidAuditActions, didsModule } from './dids/module.ts'
import { httpModule } from './http/module.ts'
import { type BiometricsAuditActions, biometricsModule } from './identity/biometrics/module.ts'
import { type DeviceAuditActions, devicesModule } from './identity/devices/module.ts'
import { encryptionKeysModule } from './identity/encryption-keys/module.ts'
import { type LicenceAuditActions, licencesModule } from './identity/licences/module.ts'
import { type ServiceKeyAuditActions, serviceKeysModule } from './identity/service-keys/module.ts'
import { type SigningMethodAuditActions, signingMethodsModule } from './identity/signing-methods/module.ts'
import { type UserAuditActions, usersModule } from './identity/users/module.ts'
import type { Table } from './kernel/storage/index.ts'
import { type KeyringAuditActions, keyringModule } from './maintenance/keyring/module.ts'
import { type OnboardingAuditActions, onboardingModule } from './onboarding/module.ts'
import { type PaymentAuditActions, paymentsModule } from './payments/module.ts'
import { actsModule } from './platform/acts/module.ts'
import type { AuditActions } from './platform/audit/actions.ts'
import { type AuditLogAuditActions, auditModule } from './platform/audit/module.ts'
import { blindIndexModule } from './platform/blind-index/module.ts'
import { composeDeclarations } from './platform/compose-modules.ts'
import { eventsModule } from './platform/events/module.ts'
import { type IdempotencyAuditActions, idempotencyModule } from './platform/idempotency/module.ts'
import { kernelModule } from './platform/kernel-module.ts'
import { outboxModule } from './platform/outbox/module.ts'
import { rateLimitsModule } from './platform/rate-limits/module.ts'
import { replayProtectionModule } from './platform/replay-protection/module.ts'
import { type SecureChannelAuditActions, secureChannelModule } from './platform/secure-channel/module.ts'
import { tokensModule } from './platform/tokens/module.ts'
import { type WebhookAuditActions, webhooksModule } from './platform/webhooks/module.ts'

/** Billfold's own modules, which are in every Billfold. */
export const builtInModules = [
  kernelModule,
  httpModule,
  tokensModule,
  rateLimitsModule,
  replayProtectionModule,
  idempotencyModule,
  blindIndexModule,
  secureChannelModule,
  auditModule,
  actsModule,
  outboxModule,
  eventsModule,
  webhooksModule,
  usersModule,
  signingMethodsModule,
  biometricsModule,
  devicesModule,
  serviceKeysModule,
  licencesModule,
  encryptionKeysModule,
  authenticationModule,
  custodyModule,
  didsModule,
  onboardingModule,
  paymentsModule,
  keyringModule,
] as const

/** The declarations of Billfold's own modules. */
export const builtInDeclarations = composeDeclarations(builtInModules)

/** The tables of Billfold's own modules. A storage must support each of them. See also `billfold.tables`. */
export const tables: readonly Table[] = builtInDeclarations.tables

/**
 * The audit actions of Billfold's own modules, with their descriptions. The subject of an entry is the id of the object
 * that the action name starts with, unless the description says otherwise.
 */
export const auditActions: AuditActions = builtInDeclarations.auditActions

/** The scopes that service keys of Billfold's own APIs can have, with their descriptions. `*` grants all of them. */
export const serviceKeyScopes: Readonly<Record<string, string>> = builtInDeclarations.serviceKeyScopes

/**
 * The audit actions of Billfold's own modules, as a type. It names the files that merge them into `AuditAction`, so that
 * declaration files of other packages load them.
 */
export interface BuiltInAuditActions
  extends AuthenticationAuditActions,
    CustodyAuditActions,
    DidAuditActions,
    BiometricsAuditActions,
    DeviceAuditActions,
    LicenceAuditActions,
    ServiceKeyAuditActions,
    SigningMethodAuditActions,
    UserAuditActions,
    KeyringAuditActions,
    OnboardingAuditActions,
    PaymentAuditActions,
    AuditLogAuditActions,
    IdempotencyAuditActions,
    SecureChannelAuditActions,
    WebhookAuditActions {}

/** Returns true if the text is the name of an audit action of Billfold's own modules. */
export function isAuditAction(text: string): text is keyof BuiltInAuditActions {
  return Object.hasOwn(auditActions, text)
}
