export type { ApiHosts } from './chain/api-host.ts'
export { publicKeyToAddress, zeroAddress } from './address.ts'
export { chainRegistry, type ChainRegistryOptions } from './chain/chain-registry.ts'
export { checkRegistryContract, type DeployRegistryOptions, deployRegistryContract } from './chain/deploy.ts'
export { type DidMethod, didMethods, formatDid, maxDidLength, parseDid, type ParsedDid, toCanonicalDid } from './did.ts'
export type { DidDocument, DidService, DocumentFormat, VerificationMethod } from './documents/document.ts'
export { embeddedRegistry, type EmbeddedRegistryOptions } from './embedded/embedded-registry.ts'
export { didLimits } from './limits.ts'
export { keyringPayer, type Payer, privateKeyPayer } from './chain/payer.ts'
export type {
  Address,
  DidRegistry,
  PreparedChange,
  RegistryChange,
  RegistryEvent,
  RegistryHistory,
  OperationStatus,
  SubmitOptions,
} from './registry.ts'
export { selectRegistry } from './registry.ts'
export { type DidResolution, didDocumentMediaType, resolveDid, type ResolveDidOptions } from './documents/resolve.ts'
export { type RegistryServices, createRegistryServices } from './registry-services.ts'
