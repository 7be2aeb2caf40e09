import { createRequire } from 'node:module'
import { z } from 'zod'

const artifact = z.object({ EthereumDIDRegistry: z.object({ bytecode: z.string().regex(/^0x([0-9a-f]{2})+$/) }) })

/** The contract of ethr-did-registry, a CommonJS module without named exports. */
export function registryBytecode(): Uint8Array {
  const loaded: unknown = createRequire(import.meta.url)('ethr-did-registry')
  return Buffer.from(artifact.parse(loaded).EthereumDIDRegistry.bytecode.slice(2), 'hex')
}
