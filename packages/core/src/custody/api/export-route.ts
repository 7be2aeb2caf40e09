import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route, secretText } from '../../http/index.ts'
import { getChain } from '../wallets/chains/index.ts'
import { type KeyExportRequest, exportWalletKey } from '../wallets/export.ts'
import { getCustodyWallet } from '../wallets/find.ts'
import {
  actorFromRequest,
  authorizeWithSigningMethod,
  parseSigningMethod,
  withSigningMethod,
} from '../../identity/api/signing-method-auth.ts'
import type { AuthorizedMethod } from '../../identity/signing-methods/authorized-method.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { custodyBodyLimit, idSchema, optionalField, pincodeSchema, successSchema } from './schemas.ts'

const newExport = z.object({
  type: z.enum(['KEYSTORE', 'PRIVATE_KEY']).default('KEYSTORE'),
  pincode: optionalField(pincodeSchema),
  password: optionalField(secretText(z.string().max(1024)).describe('The password of the keystore')),
})

const exportBody = z.object({
  type: z.enum(['KEYSTORE', 'PRIVATE_KEY']),
  keystore: z.string().optional().describe('The keystore file as a JSON string'),
  privateKey: z.string().optional().describe("The key in the chain's native text format"),
})

/** The route that exports the private key of a wallet. */
export function exportRoute({ services, chains, service }: CustodyContext): Route {
  return route({
    id: 'exportWallet',
    idempotency: 'none',
    method: 'POST',
    path: '/api/wallets/:walletId/export',
    summary: "Export a wallet's private key, in a password-protected keystore or as plain text",
    guard: service,
    params: z.object({ walletId: idSchema }),
    headers: signingMethodHeadersSchema,
    body: { encoding: 'json', schema: newExport, limit: custodyBodyLimit, raw: 'if-available' },
    replies: { 200: { description: 'The key', schema: successSchema(exportBody) } },
    handler: async ({ params, body, headers }, context) => {
      const actor = actorFromRequest(context)
      const request = toExportRequest(body)
      const wallet = await getCustodyWallet(services, actor.tenant, params.walletId)
      const chain = getChain(chains, wallet.secretType)
      const header = await parseSigningMethod(services, context, headers)
      const exportKey = (authorizedBy: AuthorizedMethod): Promise<string> =>
        exportWalletKey(services, actor, wallet, chain, request, authorizedBy)
      // A keystore waits for a slot of its own, so its authorization must not occupy one.
      const exported =
        request.type === 'KEYSTORE'
          ? await exportKey(await authorizeWithSigningMethod(services, actor, wallet.ownerId, header, body.pincode))
          : await withSigningMethod(services, actor, wallet.ownerId, header, body.pincode, exportKey)
      return custodySuccessReply({ type: body.type, [body.type === 'KEYSTORE' ? 'keystore' : 'privateKey']: exported })
    },
  })
}

function toExportRequest({ type, password }: z.output<typeof newExport>): KeyExportRequest {
  if (type === 'PRIVATE_KEY') return { type }
  if (password === undefined || password === '') throw new BillfoldError('input.invalid', { issues: [passwordMissing] })
  return { type, password }
}

const passwordMissing = { path: 'password', message: 'is required for a keystore' }
