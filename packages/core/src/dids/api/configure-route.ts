import type { CustodyServices } from '../../custody/services.ts'
import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import { updateDid } from '../did-wallets/update-did.ts'
import { assertControlsDid } from '../did-wallets/did-auth/assert-controls-did.ts'
import { getDidWallet } from '../did-wallets/find.ts'
import type { DidWalletRow } from '../did-wallets/seal-key.ts'
import { getVault } from '../vaults/find.ts'
import { mergeWalletConfig, type WalletConfig } from '../vaults/wallet-config.ts'
import { requiredMessage, parseStoredConfig, walletConfigSchema } from '../vaults/wallet-config-schema.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import { createAuthorizer, didAuthHeaders, authenticateDid } from './request-auth.ts'
import { didUpdateReply } from './did-update-reply.ts'
import type { DidsContext } from './context.ts'
import { didBodyLimit, didReplySchemas } from './schemas.ts'

const body = z.object({
  wallet: z.object({ did: z.string(requiredMessage).max(128) }, requiredMessage),
  walletConfig: walletConfigSchema.optional().describe("Required unless the wallet's vault has one"),
})

const act = 'POST /wallet/configure'

/** Updates the registry entry of a wallet's DID. */
export function configureDidWalletRoute(dids: DidsContext): Route {
  const { services, settings, serviceGuard } = dids
  return route({
    id: 'configureWallet',
    method: 'POST',
    path: '/wallet/configure',
    summary: 'Configure a DID wallet: change the services, delegates and owner in its DID document',
    guard: serviceGuard,
    headers: didAuthHeaders,
    body: { encoding: 'json', schema: body, limit: didBodyLimit, raw: true, optional: true },
    replies: {
      200: { description: 'All steps are mined', schema: didReplySchemas.configured },
      400: { description: 'The change history of the DID is too long', schema: didReplySchemas.stopped },
      403: { description: 'The token does not control the DID, or the key of the owner is not stored here' },
      404: {
        description: 'No such wallet. With a wallet in it: it was deleted during its DID update',
        schema: didReplySchemas.stopped,
      },
      409: { description: 'Another update of the DID is in progress', schema: didReplySchemas.stopped },
      502: { description: 'A step failed; earlier steps remain', schema: didReplySchemas.stopped },
      503: {
        description: 'A step is not confirmed yet, or no node is available; repeat the request to resume',
        schema: didReplySchemas.stopped,
      },
    },
    handler: async ({ body: { wallet, walletConfig }, headers }, context) => {
      const actor = actorFromRequest(context)
      const controller = await authenticateDid(dids, context, { act, roles: ['owner'] }, headers['x-did-auth'])
      await assertControlsDid(services, settings, actor.tenant, controller, wallet.did)
      const row = await getDidWallet(services, actor.tenant, wallet.did)
      const merged = await getWalletConfig(services, row, walletConfig)
      const authorise = createAuthorizer(services, context, actor, headers)
      const authorization = { authorize: authorise, controller }
      return didUpdateReply(row, await updateDid(services, settings, actor, row, merged, authorization))
    },
  })
}

/** Merges the request with the configuration of the vault. @throws BillfoldError `input.invalid` */
async function getWalletConfig(
  services: CustodyServices,
  { tenant, vaultId, didMethod }: DidWalletRow,
  requested: WalletConfig | undefined,
): Promise<WalletConfig> {
  const vaultConfig = vaultId === null ? null : (await getVault(services, tenant, vaultId)).walletConfig
  if (requested === undefined && vaultConfig === null) throw invalidInput('walletConfig', 'is missing')
  if (requested?.didMethod !== undefined && requested.didMethod !== didMethod)
    throw invalidInput('walletConfig.didMethod', 'must be the DID method of the wallet')
  return mergeWalletConfig(requested, parseStoredConfig(vaultConfig))
}

function invalidInput(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}
