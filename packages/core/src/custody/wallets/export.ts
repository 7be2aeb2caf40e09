import type { CustodyServices } from '../services.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { type AuthorizedMethod, commitAuthorized } from '../../identity/signing-methods/authorized-method.ts'
import { securityNoticeWrites } from '../../identity/security-notices/security-notice.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { retryOnConflict } from '../../kernel/storage/index.ts'
import type { Chain } from './chains/chain.ts'
import { withKeystoreSlot } from './with-keystore-slot.ts'
import { walletEventData, type CustodyWalletRow } from './sealing.ts'
import { walletAct } from './wallet-act.ts'
import { loadWalletKey, walletUnchanged } from './sign.ts'

/** The export format of a key: a password-protected keystore, or the chain's own plain-text form. */
export type KeyExportRequest =
  | { readonly type: 'KEYSTORE'; readonly password: string }
  | { readonly type: 'PRIVATE_KEY' }

/**
 * Exports a wallet's private key, authorized by a signing method of the wallet's owner. The audit record is committed before
 * the key is returned. The commit fails if the wallet was archived, or the method replaced or removed, in the meantime.
 * @throws BillfoldError `wallet.archived`, `signing-method.invalid` if the method does not belong to the wallet's owner,
 *   `input.invalid` if the keystore password is empty or too long, `server.busy`
 */
export function exportWalletKey(
  services: CustodyServices,
  actor: Actor,
  wallet: CustodyWalletRow,
  chain: Chain,
  request: KeyExportRequest,
  authorizedBy: AuthorizedMethod,
): Promise<string> {
  return retryOnConflict(async () => {
    const { privateKey, writes } = await loadWalletKey(services, wallet, authorizedBy, () => ({
      ...walletAct(actor, wallet, authorizedBy),
      kind: 'key-export',
      content: request.type,
    }))
    const exported = await formatKey(services, actor, privateKey, chain, request)
    const detail = { walletId: wallet.id, type: request.type }
    const owner = authorizedBy.row
    const notice = { tenant: wallet.tenant, userId: owner.ownerId, ownerKind: owner.ownerKind, detail }
    await commitAuthorized(
      services,
      authorizedBy,
      walletUnchanged(wallet, authorizedBy),
      auditWrite(actor, 'wallet.exported', wallet.id, services.now(), { type: request.type }),
      ...eventWrites(services, wallet.tenant, 'wallet.exported', { ...walletEventData(wallet), type: request.type }),
      ...(await securityNoticeWrites(services, { ...notice, topic: 'security.wallet-exported' })),
      ...writes,
    )
    return exported
  })
}

async function formatKey(
  services: CustodyServices,
  actor: Actor,
  privateKey: Uint8Array,
  chain: Chain,
  request: KeyExportRequest,
): Promise<string> {
  try {
    if (request.type === 'PRIVATE_KEY') return chain.formatPrivateKey(privateKey)
    return await withKeystoreSlot(services, actor, () => chain.keystore.encrypt(privateKey, request.password))
  } finally {
    privateKey.fill(0)
  }
}
