/** The origin of wallets without a user, which every key with the scope `custody` sees. */
export const noUserOrigin = 'none'
