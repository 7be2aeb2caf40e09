export type { CaseResult, OpenStorage, OpenStore, StorageCase, Store } from './storage/storage-case.ts'
export { runStorageCase, runStorageCases } from './storage/storage-case.ts'
export { storageCases } from './storage/storage-cases.ts'
export { conformanceTables } from './storage/tables.ts'
export { describeStorage } from './storage/describe-storage.ts'
export { type ChainClientCase, chainClientCases, type OpenChain } from './chain-clients/chain-client-cases.ts'
export { describeChainClient } from './chain-clients/describe-chain-client.ts'
export {
  type DidRegistryCase,
  didRegistryCases,
  type OpenRegistry,
  type RegistryProcess,
} from './did-registries/did-registry-cases.ts'
export { describeDidRegistry } from './did-registries/describe-did-registry.ts'
export { type BlobStoreCase, blobStoreCases, type OpenBlobStore } from './blobs/blob-store-cases.ts'
export { describeBlobStore } from './blobs/describe-blob-store.ts'
export {
  type OpenSigner,
  type ThresholdSignerCase,
  thresholdSignerCases,
} from './threshold-signers/threshold-signer-cases.ts'
export { describeThresholdSigner } from './threshold-signers/describe-threshold-signer.ts'
export type { OpenVerifier, TestFaces, VerifierCase } from './biometric-verifiers/open-verifier.ts'
export { verifierCases } from './biometric-verifiers/verifier-cases.ts'
export { describeBiometricVerifier } from './biometric-verifiers/describe-verifier.ts'
