import { z } from 'zod'
import { secp256k1 } from '../crypto/index.ts'
import { withChecksum } from '../dids/address.ts'
import { parseDid } from '../dids/did.ts'
import { didLimits } from '../dids/limits.ts'
import { readDidMethod } from './did-method.ts'
import type { WalletConfig } from './wallet-config.ts'

/** How many entries `txsInput` may have. */
const mostInputs = 20

/** Tells what is missing by its name alone, so that a reply can list it. */
export const missing = {
  error: (issue: { readonly input?: unknown }): string | undefined =>
    issue.input === undefined ? 'is missing' : undefined,
}

const validity = z
  .number()
  .min(0)
  .max(didLimits.validitySeconds * 1000)
  .refine((milliseconds) => milliseconds === 0 || milliseconds >= 1000, 'is less than a second')
  .describe('Milliseconds from when the change is made, in whole seconds; 0 or absent: one year')

const service = z.object({
  name: z.string(missing).regex(/^[A-Za-z0-9_]{1,24}$/, 'is not 1 to 24 of A-Z, a-z, 0-9 and _'),
  value: z.string(missing).min(1).max(2048).describe('The URL of the service'),
  validity: validity.optional(),
})

const delegate = z.object({
  address: z
    .string()
    .max(132)
    .refine(isKeyOrAddress, 'is neither an address nor a public key of 65 bytes')
    .optional()
    .describe('An address, or a public key (65 bytes, hex); a key pair is made where it is absent'),
  validity: validity.optional(),
})

const input = z
  .object({
    newOwner: z
      .string()
      .max(128)
      .refine((did) => succeeds(() => parseDid(did)), 'is not a DID')
      .optional()
      .describe('The DID of the new owner; this change is always made last'),
    service: service.optional(),
    delegate: delegate.optional(),
  })
  .refine(
    ({ newOwner, service: one, delegate: other }) => newOwner !== undefined || one !== undefined || other !== undefined,
    'has none of newOwner, service and delegate',
  )

const inputs = z
  .array(input)
  .max(mostInputs)
  .refine((all) => all.filter(({ newOwner }) => newOwner !== undefined).length <= 1, 'has more than one newOwner')

/** A configuration as it comes from outside; a single entry of `txsInput` is taken as a list of one. */
export const walletConfigSchema = z.object({
  didMethod: z
    .string()
    .max(64)
    .refine((text) => succeeds(() => readDidMethod(text)), 'is not a method that is kept here')
    .optional()
    .describe('`spherity` (the default) or `ethr`, or with a network: `ethr:sepolia`'),
  apiUrl: z.string().min(1).max(2048).optional(),
  txsInput: z.preprocess(listed, inputs.optional()),
})

/** A vault's own configuration, from its row. */
export function parseKeptConfig(json: string | null): WalletConfig {
  return json === null ? {} : walletConfigSchema.parse(JSON.parse(json))
}

function listed(value: unknown): unknown {
  return value === undefined || Array.isArray(value) ? value : [value]
}

function isKeyOrAddress(text: string): boolean {
  if (/^(0x)?04[0-9a-fA-F]{128}$/.test(text)) {
    return secp256k1.isPublicKey(Buffer.from(text.replace(/^0x/, ''), 'hex'))
  }
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) return false
  const [digits, lower] = [text.slice(2), text.toLowerCase()]
  // One case throughout says nothing; two are a checksum (EIP-55), which must be right.
  const mixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase()
  return !mixed || withChecksum(lower) === text
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}
