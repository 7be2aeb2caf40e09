import { createECDH } from 'node:crypto'

/** True if the runtime's crypto library has secp256k1. OpenSSL of Node and Deno has it, BoringSSL of Bun has not. */
export const hasSecp256k1 = supports('secp256k1')

function supports(curve: string): boolean {
  try {
    createECDH(curve)
    return true
  } catch {
    return false
  }
}
