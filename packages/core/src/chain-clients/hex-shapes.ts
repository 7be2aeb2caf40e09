import { z } from 'zod'

// How the Ethereum execution APIs write what they answer.

/** A number: hex with 0x, at most 256 bits. */
export const quantity = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/)
  .transform(BigInt)

/** Bytes: hex with 0x, two digits each. */
export const hexBytes = z
  .string()
  .regex(/^0x([0-9a-fA-F]{2})*$/)
  .transform((hex) => Uint8Array.from(Buffer.from(hex.slice(2), 'hex')))
