export * from './kernel/errors.ts'
export * from './kernel/ids.ts'
export * from './kernel/logger.ts'
export { memoryStorage, type Storage } from './kernel/storage/index.ts'
export type { AdditionalModule, ModuleResult, ModuleResults } from './additional-modules.ts'
export { type Billfold, createBillfold } from './billfold.ts'
export type { BillfoldOptions } from './billfold-options.ts'
export type { Module, ModuleContext, ModuleDeclaration, ModuleParts } from './platform/module.ts'
export {
  addKeyToFile,
  createKeyringFile,
  createPasswordHasher,
  environmentKeyring,
  fileKeyring,
  type Keyring,
  type KeyringKeys,
  kmsKeyring,
  type KmsKeyringOptions,
  localKeyring,
  newKey,
  type PasswordHasher,
  type PasswordHasherOptions,
  removeKeyFromFile,
  type ScryptCost,
  setCurrentKeyInFile,
} from './kernel/crypto/index.ts'
export type { Api, MountableApi } from './http/index.ts'
export { type BlobName, type BlobStore, databaseBlobs, directoryBlobs } from './onboarding/blobs/index.ts'
export type {
  LoggedInUser,
  LoginExchange,
  OnboardingApi,
  OnboardingOptions,
} from './onboarding/api/index.ts'
export type { Application, ApplicationContent, ApplicationStatus } from './onboarding/applications/application.ts'
export type { Attribute, AttributeVerification } from './onboarding/applications/attributes.ts'
export type {
  Evidence,
  EvidencedAttributes,
  EvidenceOwner,
  EvidenceQuery,
  EvidenceRequest,
  EvidenceRequestInput,
  EvidenceSource,
  EvidenceStatus,
} from './onboarding/presentations/evidence-source.ts'
export type { FileType } from './onboarding/applications/file-types.ts'
export type { StoredFile } from './onboarding/applications/files.ts'
export type { ApplicationTransition } from './onboarding/applications/transition-application.ts'
export type { FileSettings } from './onboarding/applications/file-settings.ts'
export type { ApplicationTemplate, TemplateAttribute } from './onboarding/applications/templates.ts'
export type { ErasureProgress } from './identity/users/erase.ts'
export type { UserExport } from './identity/users/export.ts'
export type { Identifier } from './identity/users/identifiers.ts'
export type { Contact } from './identity/users/contacts/contact-verified.ts'
export type { ListedMethod, ListedUser, UserPage } from './identity/users/list-users.ts'
export type { ListedSession } from './authentication/sessions/list-sessions.ts'
export type { ActedBy } from './platform/audit/audit-write.ts'
export type { FoundUser, UsersApi } from './identity/users/api.ts'
export type {
  ContractSignatureVerifier,
  DidKey,
  DidKeyResolver,
  SignInSite,
  WalletLoginSettings,
} from './onboarding/wallet-login/index.ts'
export { type DidDocumentResolver, documentDidKeyResolver } from './onboarding/wallet-login/document-did-keys.ts'
export {
  portableDidResolver,
  type PortableDidResolverOptions,
} from './onboarding/wallet-login/portable-did-resolver.ts'
export type { PaymentsOptions } from './payments/api/index.ts'
export type { FieldCipher } from './payments/field-cipher.ts'
export type { EvaultApi, PaymentsApi } from './payments/payments-api.ts'
export type { EvaultUser, EvaultUserSelector } from './payments/users/evault-users.ts'
export type {
  ConsistencyFinding,
  ConsistencyOptions,
  ConsistencyProgress,
  ConsistencyReport,
  ConsistencyStep,
} from './payments/consistency/check.ts'
export type { PaymentRules } from './payments/settings.ts'
export type {
  LedgerAccount,
  LedgerEntry,
  HoldInput,
  HoldRow,
  LedgerApi,
  TransferLeg,
  TransferInput,
  TransferRow,
  UserBalance,
} from './payments/ledger/index.ts'
export type { AuthenticationOptions } from './authentication/api/index.ts'
export type { PageOptions, PageTheme } from './authentication/api/page/page-options.ts'
export type { PageLanguage, PageTexts } from './authentication/api/page/page-texts.ts'
export type {
  PageRelyingParty,
  PageSession,
  PrivacyNotice,
  RelyingPartyOptions,
} from './authentication/api/page/relying-party.ts'
export type { AuthenticationApi } from './authentication/api/api.ts'
export type {
  VerificationConfigurationInput,
  VerificationConfiguration,
  VerificationOptions,
} from './identity/biometrics/verification-configurations.ts'
export type { TrustedDevice } from './identity/devices/trusted-devices.ts'
export type { CreateSessionInput } from './authentication/sessions/create-session.ts'
export type { Community } from './authentication/api/options.ts'
export type { SecureChannelCurve } from './platform/secure-channel/index.ts'
export type { ServiceKeyInput } from './identity/service-keys/service-keys.ts'
export type { ServiceKeyInfo } from './identity/service-keys/list-service-keys.ts'
export type { AuthLevel, Licence, LicenceInput } from './identity/licences/licences.ts'
export type { CustodyOptions } from './custody/api/index.ts'
export type { SavedRequestOptions } from './custody/saved-requests/saved-request-rules.ts'
export type {
  SwapOrder,
  SwapProvider,
  SwapQuery,
  SwapRate,
  SwapToken,
  SwapWallet,
} from './custody/swaps/swap-provider.ts'
export type {
  AbiTypeInput,
  BatchedRequest,
  ChainSpecificFields,
  ContractInput,
  SingleRequest,
  TransactionRequest,
  UnitAmount,
} from './custody/transactions/formats/transaction-request.ts'
export type { TransactionRetention } from './custody/transactions/retention/retention-rules.ts'
export type { LockoutRule } from './identity/signing-methods/lockout.ts'
export type { DidsOptions } from './dids/api/index.ts'
export type { CreateVaultOptions, Vault } from './dids/vaults/api.ts'
export type { ThresholdSigner } from './dids/vaults/threshold-signer.ts'
export type { DelegateInput, ServiceInput, TxInput, WalletConfig } from './dids/vaults/wallet-config.ts'
export type { SigningMethodOptions } from './identity/signing-methods/method-types.ts'
export type { Chain, ChainKey, HexSignature, OutputAddress, SignatureRequest } from './custody/wallets/chains/chain.ts'
export { type Chains, knownChains } from './custody/wallets/chains/index.ts'
export type {
  NonFungibleHolding,
  NonFungibleMetadata,
  NonFungibleToken,
  TokenContract,
  TokenHolder,
  TokenHolding,
  TokenIndexer,
  TokenOwner,
} from './custody/tokens/token-indexer.ts'
export { evmTransferSource, type EvmTransferSourceOptions } from './custody/incoming-transfers/evm-transfer-source.ts'
export {
  solanaTransferSource,
  type SolanaTransferSourceOptions,
} from './custody/incoming-transfers/solana-transfer-source.ts'
export {
  tronTransferSource,
  type TronTransferSourceOptions,
} from './custody/incoming-transfers/tron-transfer-source.ts'
export {
  utxoTransferSource,
  type UtxoTransferSourceOptions,
} from './custody/incoming-transfers/utxo-transfer-source.ts'
export type {
  IncomingTransfer,
  TransferQuery,
  TransferSource,
  TransferSources,
} from './custody/incoming-transfers/transfer-source.ts'
export type { SmartAccountChain, SmartAccountOptions } from './custody/smart-accounts/smart-account-options.ts'
export {
  type Bundler,
  bundlerClient,
  type BundlerClientOptions,
  type GasEstimate,
  type UserOperationReceipt,
  type UserOperationResult,
} from './custody/smart-accounts/bundler.ts'
export {
  paymasterClient,
  type PaymasterClientOptions,
  type PaymasterService,
  type PaymasterStub,
} from './custody/smart-accounts/paymaster.ts'
export type { PaymasterFields, UserOperation, UserOperationGas } from './custody/smart-accounts/user-operation.ts'
export type { DelegationOptions } from './custody/transactions/formats/evm/delegation-rules.ts'
export {
  contractIndexer,
  type IndexedChain,
  type IndexedContract,
  type IndexedToken,
} from './custody/tokens/contract-indexer.ts'
export { type EvmChain, evmChain } from './custody/wallets/chains/evm.ts'
export { type BitcoinChain, bitcoinChain } from './custody/wallets/chains/bitcoin.ts'
export type { KeystoreFormat, ParsedKeystore } from './custody/wallets/keystores/keystore-format.ts'
export { web3Keystore } from './custody/wallets/keystores/web3.ts'
export {
  type AccountNonces,
  type AeternityClient,
  type AeternityClientOptions,
  aeternityChainClient,
  type BroadcastResult,
  type ChainClient,
  type ChainClients,
  type ChainTip,
  type Coin,
  type CommonChainClient,
  type NonceChainClient,
  type ReservingBroadcastResult,
  type ReservingChainClient,
  type SolanaClient,
  type SolanaClientOptions,
  type SolanaNetwork,
  type SolanaBlockClient,
  type SolanaIncrease,
  type SolanaToken,
  type SolanaTokenAccount,
  solanaChainClient,
  type TronCall,
  type TronClient,
  type TronResources,
  type UtxoClient,
  type NodeTransactionStatus,
  type EvmCall,
  type EvmClient,
  type EvmClientOptions,
  type EvmFees,
  type EvmBlock,
  type EvmBlockClient,
  type EvmBlockLog,
  type EvmBlockLogQuery,
  type EvmBlocks,
  type EvmHistory,
  type EvmHistoryClient,
  type EvmLog,
  type EvmLogQuery,
  type EvmLogRangeQuery,
  evmChainClient,
  type BitcoinCoreClientOptions,
  bitcoinCoreChainClient,
  type EsploraClientOptions,
  esploraChainClient,
  type UtxoClientOptions,
  type UtxoNetwork,
  type UtxoNetworkOption,
  type UtxoBlock,
  type UtxoBlockClient,
  type UtxoBlockTransaction,
  utxoNetworks,
  type TronClientOptions,
  type TronBlock,
  type TronBlockClient,
  type TronBlockTransfer,
  tronChainClient,
  type TronNetwork,
  tronNetworks,
  type FeeBumping,
} from './custody/chain-clients/index.ts'
export * from './platform/audit/actions.ts'
export { auditActions, type BuiltInAuditActions, isAuditAction, serviceKeyScopes, tables } from './built-in-modules.ts'
export { type AuditLogFinding, auditLogFindings } from './platform/audit/findings.ts'
export type { AuditApi } from './platform/audit/api.ts'
export type { AuditCheckpoint } from './platform/audit/link.ts'
export type { AuditEntry, AuditPage, AuditSearchOptions } from './platform/audit/search.ts'
export type { CheckpointResult, CheckpointOptions } from './platform/audit/checkpoint.ts'
export type { AuditVerification, AuditVerifyOptions } from './platform/audit/verify.ts'
export type { LicencesApi } from './identity/licences/api.ts'
export type { ServiceKeysApi } from './identity/service-keys/api.ts'
export type { KeyringApi } from './maintenance/keyring/api.ts'
export type { ReencryptResult, ReencryptProgress } from './maintenance/keyring/reencrypt.ts'
export type { UnreadableCiphertext } from './maintenance/keyring/unreadable-ciphertext.ts'
export type { KeyringVerification } from './maintenance/keyring/verify-keyring.ts'
export type { KeyringUsage, KeyUsage, PepperedCount } from './maintenance/keyring/key-usage.ts'
export type { Health } from './platform/health.ts'
export type { DeliveryCounts, OutboxMessage, Notifier } from './platform/outbox/index.ts'
export * from './events.ts'
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
export type { EventOptions } from './platform/events/options.ts'
export type { WebhookEndpoint } from './platform/webhooks/endpoint.ts'
export type { PendingDelivery, WebhooksApi } from './platform/webhooks/api.ts'
export type { WebhookInput } from './platform/webhooks/manage-endpoints.ts'
export type { WebhookOptions } from './platform/webhooks/options.ts'
export type { DnsResolver } from './platform/http-client/ssrf-safe-request.ts'
export type { MaintenanceOptions, MaintenanceProgress, MaintenanceResult } from './maintenance/maintain.ts'
export type { BiometricVerifier } from './identity/biometrics/index.ts'
export type { RateLimiter, RateLimitKey, RateLimitRule, RateLimitResult } from './platform/rate-limits/index.ts'
