import { createRequire } from 'node:module'

/** The code that makes an EthereumDIDRegistry, as its authors publish it. */
export function registryBytecode(): Uint8Array {
  // Its names cannot be imported: it is a CommonJS module of an older kind.
  const loaded: unknown = createRequire(import.meta.url)('ethr-did-registry')
  const hex = field(field(loaded, 'EthereumDIDRegistry'), 'bytecode')
  if (typeof hex !== 'string' || !/^0x([0-9a-f]{2})+$/.test(hex)) throw new Error('ethr-did-registry has no bytecode')
  return Buffer.from(hex.slice(2), 'hex')
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
