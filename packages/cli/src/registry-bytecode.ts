import { createRequire } from 'node:module'

/** Loads the bytecode of the EthereumDIDRegistry contract, as published by its authors. */
export function loadRegistryBytecode(): Uint8Array {
  // Loaded with `require`, because the CommonJS module has no named exports.
  const loaded: unknown = createRequire(import.meta.url)('ethr-did-registry')
  const hex = field(field(loaded, 'EthereumDIDRegistry'), 'bytecode')
  if (typeof hex !== 'string' || !/^0x([0-9a-f]{2})+$/.test(hex)) throw new Error('ethr-did-registry has no bytecode')
  return Buffer.from(hex.slice(2), 'hex')
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
