import { z } from 'zod'
import type { Actor } from '@billfold/core/modules'
import type { GrantCaller } from '../oauth/access-tokens.ts'
import type { IssuerContext } from '../settings.ts'
import type { GrantRow } from '../tables.ts'
import type { CredentialConfiguration } from '../types/credential-type.ts'
import { wireError } from '../wire-errors.ts'
import { deferCredential } from './defer-credential.ts'
import { issueInstances } from './issue-instances.ts'
import { verifyKeyProofs } from './key-proofs.ts'
import type { PlainReply } from './request-encryption.ts'
import { resolveDataset } from './resolve-dataset.ts'

/** The body of a credential request (OpenID4VCI section 8.2). What drafts had, such as `proof`, is not understood. */
export const credentialRequestSchema = z.object({
  credential_identifier: z.string().max(256).optional(),
  credential_configuration_id: z.string().max(256).optional(),
  proofs: z.unknown().optional(),
  credential_response_encryption: z.unknown().optional(),
})

/**
 * Issues the credentials of a request, or lets the wallet wait for them.
 * @throws BillfoldError the seven codes of OpenID4VCI section 8.3.1.2, and those of the DPoP proof
 */
export async function requestCredential(
  context: IssuerContext,
  actor: Actor,
  { grant, steps }: GrantCaller,
  request: z.output<typeof credentialRequestSchema>,
): Promise<PlainReply> {
  const configuration = selectConfiguration(context, grant, request)
  const proven = await verifyKeyProofs(context, request.proofs, configuration.type.batch)
  const dataset = await resolveDataset(context, configuration.type, grant)
  if (dataset.kind === 'denied') throw wireError('issuance.credential-request-denied')
  const used = [...steps, ...proven.steps]
  if (dataset.kind === 'later') {
    const body = await deferCredential(context, actor, { grant, configuration, keys: proven.keys, steps: used })
    return { status: 202, body }
  }
  const { claims } = dataset
  const issued = await issueInstances(context, actor, { grant, configuration, claims, keys: proven.keys, steps: used })
  return { status: 200, body: { ...issued } }
}

function selectConfiguration(
  { settings }: IssuerContext,
  grant: GrantRow,
  { credential_identifier: identifier, credential_configuration_id: id }: z.output<typeof credentialRequestSchema>,
): CredentialConfiguration {
  if ((identifier === undefined) === (id === undefined))
    throw wireError(
      'issuance.invalid-credential-request',
      'Either credential_identifier or credential_configuration_id is required',
    )
  // Which of the two is meant follows from the token response (section 8.2).
  if (grant.hasIdentifiers !== (identifier !== undefined))
    throw wireError(
      'issuance.invalid-credential-request',
      grant.hasIdentifiers ? 'credential_identifier is required' : 'credential_configuration_id is required',
    )
  const wanted = identifier ?? id ?? ''
  const found = grant.configurations.split(' ').includes(wanted) ? settings.configurations.get(wanted) : undefined
  if (found !== undefined) return found
  throw identifier === undefined
    ? wireError('issuance.unknown-credential-configuration')
    : wireError('issuance.unknown-credential-identifier')
}
