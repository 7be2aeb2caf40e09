export * from './errors.ts'
export * from './ids.ts'
export * from './logger.ts'
export * from './storage/index.ts'
export { type Billfold, type BillfoldOptions, createBillfold } from './billfold.ts'
export * from './crypto/index.ts'
export type { Api, MountableApi } from './http/index.ts'
export { type BlobName, type BlobStore, databaseBlobs, directoryBlobs } from './blobs/index.ts'
export type {
  LoggedInUser,
  LoginExchange,
  OnboardingFunctions,
  OnboardingOptions,
} from './apis/onboarding/index.ts'
export type { Application, ApplicationContent, ApplicationStatus } from './onboarding/application.ts'
export type { Attribute } from './onboarding/attributes.ts'
export type { FileType } from './onboarding/file-types.ts'
export type { OpenFile } from './onboarding/files.ts'
export type { ApplicationMove } from './onboarding/move-application.ts'
export type { FileSettings } from './onboarding/settings.ts'
export type { Template, TemplateAttribute } from './onboarding/templates.ts'
export type { UserExport } from './users/export.ts'
export type { Identifier } from './users/identifiers.ts'
export type { FoundUser, InProcessUsers } from './users/in-process.ts'
export type { DidKey, ResolveDid, SignInSite, WalletLoginSettings } from './wallet-login/index.ts'
export type { PaymentsOptions } from './apis/payments/index.ts'
export type { FieldCipher } from './payments/field-cipher.ts'
export type { InProcessPayments } from './payments/in-process.ts'
export type { AuditFinding, AuditReport } from './payments/audit.ts'
export type { PaymentRules } from './payments/settings.ts'
export type {
  Account,
  Entry,
  HoldInput,
  HoldRow,
  Ledger,
  Leg,
  TransferInput,
  TransferRow,
  UserBalance,
} from './ledger/index.ts'
export type { AuthenticationOptions } from './apis/authentication/index.ts'
export type { FaceFunctions } from './apis/authentication/face-functions.ts'
export type {
  ConfigurationInput,
  VerificationConfiguration,
  VerificationSettings,
} from './biometrics/configurations.ts'
export type { TrustedDevice } from './devices/trust.ts'
export type { NewSession } from './sessions/new-session.ts'
export type { Community } from './apis/authentication/options.ts'
export type { EnvelopeCurve } from './envelope/index.ts'
export type { ServiceKeyInput } from './service-keys/keys.ts'
export type { ServiceKeyInfo } from './service-keys/list.ts'
export type { AuthLevel, Licence, LicenceInput } from './licences/licences.ts'
export type { CustodyOptions } from './apis/custody/index.ts'
export type { TransactionRetention } from './transactions/retention/retention-rules.ts'
export type { TemporaryLock } from './credentials/lock-rule.ts'
export type { DidsOptions } from './apis/dids/index.ts'
export type { NewVault, Vault } from './vaults/in-process.ts'
export type { ThresholdSigner } from './vaults/threshold-signer.ts'
export type { DelegateInput, ServiceInput, TxInput, WalletConfig } from './vaults/wallet-config.ts'
export type { MethodSettings } from './credentials/method-types.ts'
export type { Chain, ChainKey, HexSignature, SignatureRequest } from './wallets/chains/chain.ts'
export { type Chains, knownChains } from './wallets/chains/index.ts'
export { type EvmChain, evmChain } from './wallets/chains/evm.ts'
export { type BitcoinChain, bitcoinChain } from './wallets/chains/bitcoin.ts'
export type { KeystoreFormat, ReadKeystore } from './wallets/keystores/keystore.ts'
export { web3Keystore } from './wallets/keystores/web3.ts'
export {
  type AccountNonces,
  type AeternityClient,
  type AeternityClientOptions,
  aeternityChainClient,
  type BroadcastAnswer,
  type ChainClient,
  type ChainClients,
  type ChainStatus,
  type EvmCall,
  type EvmClient,
  type EvmClientOptions,
  type EvmFees,
  type EvmHistory,
  type EvmHistoryClient,
  type EvmLog,
  type EvmLogQuery,
  evmChainClient,
  type Repricing,
} from './chain-clients/index.ts'
export { type Act, acts, isAct } from './audit/acts.ts'
export { type TrailFinding, trailFindings } from './audit/finding.ts'
export type { InProcessAudit } from './audit/in-process.ts'
export type { AuditHead } from './audit/link.ts'
export type { AuditEntry, AuditPage, AuditSearch } from './audit/search.ts'
export type { Sealed, SealOptions } from './audit/seal.ts'
export type { Verification, VerifyOptions } from './audit/verify.ts'
export type { InProcessLicences } from './licences/in-process.ts'
export type { InProcessServiceKeys } from './service-keys/in-process.ts'
export type { InProcessKeys } from './keys/in-process.ts'
export type { Resealed, ResealProgress, UnreadableValue } from './keys/reseal.ts'
export type { KeysInUse, KeyUsage } from './keys/usage.ts'
export type { Health } from './operations/health.ts'
export type { Delivered, Message, Notifier } from './outbox/index.ts'
export * from './events/index.ts'
export type {
  Telemetry,
  TelemetryAttributes,
  TelemetryCounter,
  TelemetryGauge,
  TelemetryHistogram,
  TelemetryMeter,
  TelemetrySpan,
  TelemetryTracer,
} from './telemetry/types.ts'
export type { EventOptions } from './events/options.ts'
export type { WebhookEndpoint } from './webhooks/endpoint.ts'
export type { WaitingDelivery, Webhooks } from './webhooks/in-process.ts'
export type { WebhookInput } from './webhooks/manage.ts'
export type { WebhookOptions } from './webhooks/options.ts'
export type { Resolve } from './outgoing/checked-request.ts'
export type { Maintenance } from './operations/maintain.ts'
export { tables } from './tables.ts'
export type { BiometricVerifier } from './biometrics/index.ts'
export type { RateLimiter, RateLimitKey, RateLimitRule, Taken } from './rate-limits/index.ts'
