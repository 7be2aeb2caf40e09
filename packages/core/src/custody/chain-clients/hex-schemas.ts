import { z } from 'zod'

// Hex encodings of the Ethereum Execution APIs.

/** QUANTITY: hex with `0x`, at most 256 bits, parsed to a bigint. */
export const quantitySchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/)
  .transform(BigInt)

/** DATA: hex with `0x`, two digits per byte, decoded to bytes. */
export const hexDataSchema = z
  .string()
  .regex(/^0x([0-9a-fA-F]{2})*$/)
  .transform((hex) => Uint8Array.from(Buffer.from(hex.slice(2), 'hex')))
