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

/** QUANTITY that is a count (of blocks or transactions), parsed to a number. More than 2^53 - 1 is no count but a faulty node. */
export const countSchema = quantitySchema
  .refine((count) => count <= BigInt(Number.MAX_SAFE_INTEGER), 'is beyond 2^53 - 1')
  .transform(Number)
