import { update } from '@billfold/core/storage'
import { commitSteps } from '../../commit-steps.ts'
import { hashSecret } from '../../secret-hash.ts'
import type { IssuerContext } from '../settings.ts'
import { issuanceGrants } from '../tables.ts'
import { wireError } from '../wire-errors.ts'
import { issueAccessToken, type TokenReply } from './access-tokens.ts'
import { computeInstanceLimit } from './create-grant.ts'
import type { TokenRequest } from './token-request.ts'

/**
 * Issues a new access token for a refresh token (RFC 6749 section 6), which is bound to the DPoP key and therefore not rotated (RFC 9449
 * section 5). The grant is good for new batches then.
 * @throws BillfoldError `oauth.invalid-grant`, `oauth.invalid-request`, and those of the proofs
 */
export async function refreshGrant(context: IssuerContext, { form, proof, client }: TokenRequest): Promise<TokenReply> {
  const { services, tenant } = context
  if (form.refresh_token === undefined) throw wireError('oauth.invalid-request', 'refresh_token is missing')
  const where = { refreshHash: hashSecret(form.refresh_token), tenant }
  const [grant] = await services.storage.find(issuanceGrants, { where, limit: 1 })
  const isGood =
    grant?.state === 'active' &&
    grant.expiresAt > services.now() &&
    grant.jkt === (proof?.jkt ?? null) &&
    (client.clientId ?? grant.clientId) === grant.clientId
  if (grant === undefined || !isGood) throw wireError('oauth.invalid-grant')
  const left = computeInstanceLimit(context, grant.configurations.split(' '))
  await commitSteps(
    services.storage,
    {
      write: update(issuanceGrants, { where: { id: grant.id, state: 'active' }, set: { left } }),
      conflict: () => wireError('oauth.invalid-grant'),
    },
    ...(proof === undefined ? [] : [proof.step]),
    ...client.steps,
  )
  return issueAccessToken(context, grant, undefined)
}
