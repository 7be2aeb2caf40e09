export type { ApiHosts } from './api-host.ts'
export { addressOf, zeroAddress } from './address.ts'
export { chainRegistry, type ChainRegistryOptions } from './chain-registry.ts'
export { checkRegistryContract, type Deployment, deployRegistryContract } from './deploy.ts'
export { type DidMethod, didMethods, formatDid, mostDidCharacters, parseDid, type ParsedDid } from './did.ts'
export type { DidDocument, DidService, VerificationMethod } from './document.ts'
export { embeddedRegistry, type EmbeddedRegistryOptions } from './embedded-registry.ts'
export { didLimits } from './limits.ts'
export { keyringPayer, type Payer, privateKeyPayer } from './payer.ts'
export type {
  Address,
  DidRegistry,
  PreparedChange,
  RegistryChange,
  RegistryEvent,
  RegistryHistory,
  StepState,
  SubmitOptions,
} from './registry.ts'
export { registryFor } from './registry.ts'
export { type DidResolution, didDocumentType, resolveDid } from './resolve.ts'
export { type RegistryServices, registryServices } from './registry-services.ts'
