import { z } from 'zod'
import { secp256k1 } from '../../kernel/crypto/index.ts'
import { toChecksumAddress } from '../registries/address.ts'
import { parseDid } from '../registries/did.ts'
import { didLimits } from '../registries/limits.ts'
import { parseDidMethod } from './did-method.ts'
import type { WalletConfig } from './wallet-config.ts'

/** The maximum number of entries in `txsInput`. */
const maxInputs = 20

/** Reports a missing field as `is missing`, which the DID API lists by name in its reply. */
export const requiredMessage = {
  error: (issue: { readonly input?: unknown }): string | undefined =>
    issue.input === undefined ? 'is missing' : undefined,
}

const validity = z
  .number()
  .min(0)
  .max(didLimits.maxValiditySeconds * 1000)
  .refine((milliseconds) => milliseconds === 0 || milliseconds >= 1000, 'must be 0 or at least 1000')
  .describe('Validity in milliseconds from the time of the change, rounded down to seconds; 0 or absent: one year')

const service = z.object({
  name: z.string(requiredMessage).regex(/^[A-Za-z0-9_]{1,24}$/, 'must be 1 to 24 characters of A-Z, a-z, 0-9 and _'),
  value: z.string(requiredMessage).min(1).max(2048).describe('The URL of the service'),
  validity: validity.optional(),
})

const delegate = z.object({
  address: z
    .string()
    .max(132)
    .refine(isKeyOrAddress, 'must be an address or a public key of 65 bytes')
    .optional()
    .describe('An address or a public key (65 bytes, hex); if absent, a key pair is generated'),
  validity: validity.optional(),
})

const input = z
  .object({
    newOwner: z
      .string()
      .max(128)
      .refine((did) => succeeds(() => parseDid(did)), 'must be a DID')
      .optional()
      .describe('The DID of the new owner; this change is always made last'),
    service: service.optional(),
    delegate: delegate.optional(),
  })
  .refine(
    ({ newOwner, service: newService, delegate: newDelegate }) =>
      newOwner !== undefined || newService !== undefined || newDelegate !== undefined,
    'must have newOwner, service or delegate',
  )

const inputs = z
  .array(input)
  .max(maxInputs)
  .refine((all) => all.filter(({ newOwner }) => newOwner !== undefined).length <= 1, 'must have at most one newOwner')

/** A wallet configuration from a request. A single entry of `txsInput` is treated as a list of one. */
export const walletConfigSchema = z.object({
  didMethod: z
    .string()
    .max(64)
    .refine((text) => succeeds(() => parseDidMethod(text)), 'must be a supported DID method')
    .optional()
    .describe('`spherity` (the default) or `ethr`, or with a network: `ethr:sepolia`'),
  apiUrl: z.string().min(1).max(2048).optional(),
  txsInput: z.preprocess(toList, inputs.optional()),
})

/** Parses the configuration in a vault's row. */
export function parseStoredConfig(json: string | null): WalletConfig {
  return json === null ? {} : walletConfigSchema.parse(JSON.parse(json))
}

function toList(value: unknown): unknown {
  return value === undefined || Array.isArray(value) ? value : [value]
}

function isKeyOrAddress(text: string): boolean {
  if (/^(0x)?04[0-9a-fA-F]{128}$/.test(text)) {
    return secp256k1.isPublicKey(Buffer.from(text.replace(/^0x/, ''), 'hex'))
  }
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) return false
  const [digits, lower] = [text.slice(2), text.toLowerCase()]
  // Mixed case is a checksum (EIP-55) and must be correct; a single case has none.
  const mixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase()
  return !mixed || toChecksumAddress(lower) === text
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}
