export { verifyChallengeResponse, computeWalletId } from './verify-challenge-response.ts'
export { issueChallenge } from './challenge.ts'
export { createControlsDid } from './did-control.ts'
export { assertDidHasWalletKey, resolveAddressDid, type DidKey, type DidKeyResolver } from './did-keys.ts'
export { signaturePattern } from './personal-signature.ts'
export { registryDidKeyResolver } from './registry-did-keys.ts'
export type { ContractSignatureVerifier, SignInSite, WalletLoginSettings } from './settings.ts'
export { loginAudience, loginTokenTypes } from './login-token-types.ts'
export {
  parseWalletIdentifier,
  type ExternalWallet,
  type WalletIdentifier,
  toExternalWallet,
  toWalletIdentifier,
  parseWalletSubject,
} from './external-wallet.ts'
export { findAccountLabel, toLabel } from './account-label.ts'
export {
  computeTicketBinding,
  findTicketUser,
  isTicketBound,
  issueTicket,
  redeemTicket,
  purgeExpiredTickets,
  ticketTtlMs,
} from './tickets.ts'
