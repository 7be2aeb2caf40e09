import { type Actor, auditRecord } from '../audit/record.ts'
import type { OpenedMethod } from '../credentials/unlock.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, decide } from '../storage/index.ts'
import type { Chain } from './chains/chain.ts'
import { keystoreTurn } from './keystore-turn.ts'
import type { WalletRow } from './sealing.ts'
import { openedKey, stillOpen } from './sign.ts'
import { walletEvent } from './wallet-event.ts'

/** How to hand a key out: in a keystore under a password, or in the chain's own plain form. */
export type ExportRequest = { readonly type: 'KEYSTORE'; readonly password: string } | { readonly type: 'PRIVATE_KEY' }

/**
 * Hands out a wallet's key, which a method of the wallet's owner opens. The act is recorded before the key is given, and none is
 * given where the wallet was archived, or the method replaced or removed, before the act was recorded.
 * @throws BillfoldError `wallet.archived`, `signing-method.invalid` when the method is not one of the wallet's owner,
 *   `input.invalid` for a password that no keystore can have, `server.busy`
 */
export function exportKey(
  services: Services,
  actor: Actor,
  wallet: WalletRow,
  chain: Chain,
  request: ExportRequest,
  authority: OpenedMethod,
): Promise<string> {
  return decide(async () => {
    const written = await writeKey(services, actor, await openedKey(services, wallet, authority), chain, request)
    await services.storage.commit(
      batch(
        ...stillOpen(wallet, authority),
        auditRecord(actor, 'wallet.exported', wallet.id, services.now(), { type: request.type }),
        ...eventWrites(services, wallet.tenant, 'wallet.exported', { ...walletEvent(wallet), type: request.type }),
      ),
    )
    return written
  })
}

async function writeKey(
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
