export type {
  CaseResult,
  CreateTestStorage,
  StorageUnderTest,
  StorageCase,
  StorageCaseContext,
} from './storage/storage-case.ts'
export { runStorageCase, runStorageCases } from './storage/storage-case.ts'
export { storageCases } from './storage/storage-cases.ts'
export { conformanceTables } from './storage/tables.ts'
export { describeStorage } from './storage/describe-storage.ts'
export { type ChainClientCase, chainClientCases, type ChainUnderTest } from './chain-clients/chain-client-cases.ts'
export { describeChainClient } from './chain-clients/describe-chain-client.ts'
export {
  type UtxoChainUnderTest,
  type UtxoClientCase,
  utxoClientCases,
  type UtxoPayment,
} from './chain-clients/utxo-client-cases.ts'
export { describeUtxoClient } from './chain-clients/describe-utxo-client.ts'
export { type TronChainUnderTest, type TronClientCase, tronClientCases } from './chain-clients/tron-client-cases.ts'
export { describeTronClient } from './chain-clients/describe-tron-client.ts'
export {
  type TokenIndexerCase,
  tokenIndexerCases,
  type TokenIndexerUnderTest,
} from './token-indexers/token-indexer-cases.ts'
export { describeTokenIndexer } from './token-indexers/describe-token-indexer.ts'
export {
  type TransferSourceCase,
  transferSourceCases,
  type TransferSourceUnderTest,
} from './transfer-sources/transfer-source-cases.ts'
export { describeTransferSource } from './transfer-sources/describe-transfer-source.ts'
export {
  type DidRegistryCase,
  didRegistryCases,
  type DidRegistryUnderTest,
  type DidRegistryInstance,
} from './did-registries/did-registry-cases.ts'
export { describeDidRegistry } from './did-registries/describe-did-registry.ts'
export { type BlobStoreCase, blobStoreCases, type BlobStoreUnderTest } from './blobs/blob-store-cases.ts'
export { describeBlobStore } from './blobs/describe-blob-store.ts'
export {
  type ThresholdSignerUnderTest,
  type ThresholdSignerCase,
  thresholdSignerCases,
} from './threshold-signers/threshold-signer-cases.ts'
export { describeThresholdSigner } from './threshold-signers/describe-threshold-signer.ts'
export type { VerifierUnderTest, TestFaces, VerifierCase } from './biometric-verifiers/verifier-under-test.ts'
export { verifierCases } from './biometric-verifiers/verifier-cases.ts'
export { describeBiometricVerifier } from './biometric-verifiers/describe-biometric-verifier.ts'
export { type BillfoldWith, type ModuleCase, moduleCases, type ModuleUnderTest } from './modules/module-cases.ts'
export { createTestUser } from './modules/create-test-user.ts'
export { describeModule } from './modules/describe-module.ts'
export { type PasskeyVerifierCase, passkeyVerifierCases } from './passkey-verifiers/passkey-verifier-cases.ts'
export { describePasskeyVerifier } from './passkey-verifiers/describe-passkey-verifier.ts'
