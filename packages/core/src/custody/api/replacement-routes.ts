import { z } from 'zod'
import { type Route, route } from '../../http/index.ts'
import { getPendingTransaction, replaceTransaction } from '../transactions/fee-bumping/replace-transaction.ts'
import type { ReplacementRequest } from '../transactions/fee-bumping/replacing.ts'
import { getCustodyWallet } from '../wallets/find.ts'
import { getChain } from '../wallets/chains/index.ts'
import {
  actorFromRequest,
  authorizeWithSigningMethod,
  parseSigningMethod,
} from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { custodyBodyLimit, optionalField, pincodeSchema, successSchema, secretTypeField } from './schemas.ts'
import { nodeUnavailable, withoutSending } from './without-sending.ts'

const summaries: Readonly<Record<ReplacementRequest, string>> = {
  resubmit: 'Sign a pending transaction again at a higher fee; either of the two is mined',
  cancel: 'Replace a pending transaction by one without effect at a higher fee; either of the two is mined',
}

const replacement = z.object({
  pincode: optionalField(pincodeSchema),
  secretType: secretTypeField,
  transactionHash: z.string().max(128).describe('The hash of the transaction, or of an earlier replacement'),
})

/** The routes that replace a pending transaction of an EVM chain or of the Bitcoin family. */
export function replacementRoutes(custody: CustodyContext): readonly Route[] {
  return (['resubmit', 'cancel'] as const).map((request) => replacementRoute(custody, request))
}

function replacementRoute({ services, chains, service }: CustodyContext, request: ReplacementRequest): Route {
  return route({
    id: `${request}Transaction`,
    method: 'POST',
    path: `/api/transactions/${request}`,
    summary: summaries[request],
    guard: service,
    headers: signingMethodHeadersSchema,
    body: { encoding: 'json', schema: replacement, limit: custodyBodyLimit, raw: 'if-available' },
    replies: {
      200: {
        description: 'The hash of the replacement',
        schema: successSchema(z.object({ id: z.string(), transactionHash: z.string() })),
      },
      404: { description: 'No transaction of this tenant has the hash' },
      409: { description: 'The transaction is not pending any more' },
      503: nodeUnavailable,
    },
    handler: async ({ body, headers }, context) => {
      const actor = actorFromRequest(context)
      const { secretType } = getChain(chains, body.secretType)
      const row = await getPendingTransaction(services, actor.tenant, secretType, body.transactionHash)
      const wallet = await getCustodyWallet(services, actor.tenant, row.walletId)
      const header = await parseSigningMethod(services, context, headers)
      const authorizedBy = await authorizeWithSigningMethod(services, actor, wallet.ownerId, header, body.pincode)
      const hash = await withoutSending(() => replaceTransaction(services, actor, wallet, row, request, authorizedBy))
      return custodySuccessReply({ id: row.id, transactionHash: hash })
    },
  })
}
