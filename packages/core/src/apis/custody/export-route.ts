import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type Route, route } from '../../http/index.ts'
import { chainOf } from '../../wallets/chains/index.ts'
import { type ExportRequest, exportKey } from '../../wallets/export.ts'
import { findWallet } from '../../wallets/find.ts'
import { actorOf, methodIn, openAuthority } from '../authority.ts'
import { signingMethodHeader } from '../signing-method-header.ts'
import type { Custody } from './custody.ts'
import { success } from './envelope.ts'
import { bodyLimit, id, pincode, succeeded } from './schemas.ts'

const newExport = z.object({
  type: z.enum(['KEYSTORE', 'PRIVATE_KEY']).default('KEYSTORE'),
  pincode: pincode.optional(),
  password: z.string().max(1024).optional().describe('The password of the keystore'),
})

const exportBody = z.object({
  type: z.enum(['KEYSTORE', 'PRIVATE_KEY']),
  keystore: z.string().optional().describe('The keystore file as a JSON string'),
  privateKey: z.string().optional().describe("The key in the chain's native text format"),
})

/** The route that exports the private key of a wallet. */
export function exportRoute({ services, chains, service }: Custody): Route {
  return route({
    id: 'exportWallet',
    idempotency: 'none',
    method: 'POST',
    path: '/api/wallets/:walletId/export',
    summary: "Export a wallet's private key, in a password-protected keystore or as plain text",
    guard: service,
    params: z.object({ walletId: id }),
    headers: signingMethodHeader,
    body: { encoding: 'json', schema: newExport, limit: bodyLimit, raw: 'when-kept' },
    replies: { 200: { description: 'The key', schema: succeeded(exportBody) } },
    handler: async ({ params, body, headers }, context) => {
      const actor = actorOf(context)
      const request = toExportRequest(body)
      const wallet = await findWallet(services, actor.tenant, params.walletId)
      const chain = chainOf(chains, wallet.secretType)
      const header = await methodIn(services, context, headers)
      const authorizedBy = await openAuthority(services, actor, wallet.ownerId, header, body.pincode)
      const exported = await exportKey(services, actor, wallet, chain, request, authorizedBy)
      return success({ type: body.type, [body.type === 'KEYSTORE' ? 'keystore' : 'privateKey']: exported })
    },
  })
}

function toExportRequest({ type, password }: z.output<typeof newExport>): ExportRequest {
  if (type === 'PRIVATE_KEY') return { type }
  if (password === undefined || password === '') throw new BillfoldError('input.invalid', { issues: [passwordMissing] })
  return { type, password }
}

const passwordMissing = { path: 'password', message: 'is required for a keystore' }
