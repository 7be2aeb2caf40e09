import { z } from 'zod'

/** The schema of a verified credential of a result. */
export const verifiedCredentialSchema = z.object({
  id: z.string().describe('Of the credential in the query'),
  format: z.enum(['dc+sd-jwt', 'mso_mdoc']),
  type: z.string(),
  issuer: z.string().describe('Subject of the certificate that signed it'),
  anchor: z.string().describe('Name of the trust anchor, or its subject'),
  validUntil: z.number().nullable().describe('Epoch milliseconds'),
  attributes: z.record(z.string(), z.unknown()),
})

/** A credential that was presented and verified. */
export type VerifiedCredential = z.infer<typeof verifiedCredentialSchema>

/** The schema of what a request has come to, as it is stored. */
export const storedResultSchema = z.object({
  credentials: z.array(verifiedCredentialSchema).optional(),
  code: z.string().max(64).optional(),
})

/** The schema of a result, as it is given. */
export const presentationResultSchema = z.object({
  status: z.enum(['open', 'verified', 'refused', 'declined', 'expired']),
  attributes: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Of all credentials, by name; the first of a name counts'),
  credentials: z.array(verifiedCredentialSchema).optional(),
  code: z.string().optional().describe('Why it was refused, or the error with which the wallet declined'),
})

/**
 * What a request for a presentation has come to: `open`, `expired`, `declined` by the user, `refused` with the reason in `code`, or
 * `verified` with attributes.
 */
export type PresentationResult = z.infer<typeof presentationResultSchema>
