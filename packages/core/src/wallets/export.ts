import { type Actor, auditRecord } from '../audit/record.ts'
import type { OpenedMethod } from '../credentials/unlock.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, decide } from '../storage/index.ts'
import type { Chain } from './chains/chain.ts'
import { keystoreTurn } from './keystore-turn.ts'
import { walletEventData, type WalletRow } from './sealing.ts'
import { openedKey, stillOpen } from './sign.ts'

/** The export format of a key: a password-protected keystore, or the chain's own plain-text form. */
export type ExportRequest = { readonly type: 'KEYSTORE'; readonly password: string } | { readonly type: 'PRIVATE_KEY' }

/**
 * Exports a wallet's private key, authorized by a signing method of the wallet's owner. The audit record is committed before
 * the key is returned. The commit fails if the wallet was archived, or the method replaced or removed, in the meantime.
 * @throws BillfoldError `wallet.archived`, `signing-method.invalid` if the method does not belong to the wallet's owner,
 *   `input.invalid` if the keystore password is empty or too long, `server.busy`
 */
export function exportKey(
  services: Services,
  actor: Actor,
  wallet: WalletRow,
  chain: Chain,
  request: ExportRequest,
  authorizedBy: OpenedMethod,
): Promise<string> {
  return decide(async () => {
    const exported = await formatKey(services, actor, await openedKey(services, wallet, authorizedBy), chain, request)
    await services.storage.commit(
      batch(
        ...stillOpen(wallet, authorizedBy),
        auditRecord(actor, 'wallet.exported', wallet.id, services.now(), { type: request.type }),
        ...eventWrites(services, wallet.tenant, 'wallet.exported', { ...walletEventData(wallet), type: request.type }),
      ),
    )
    return exported
  })
}

async function formatKey(
  services: Services,
  actor: Actor,
  privateKey: Uint8Array,
  chain: Chain,
  request: ExportRequest,
): Promise<string> {
  try {
    if (request.type === 'PRIVATE_KEY') return chain.writePrivateKey(privateKey)
    return await keystoreTurn(services, actor, () => chain.keystore.write(privateKey, request.password))
  } finally {
    privateKey.fill(0)
  }
}
