import type { Actor, ModuleContext, Services } from '@billfold/core/modules'
import { isLoopback } from '../redirect-uri.ts'
import { assertSignerChain } from '../trust/signer-key.ts'
import type { HolderOptions } from './options.ts'
import { safeWalletHttp, type WalletHttp } from './wallet-http.ts'

/** The options of the holder, with defaults applied. */
export interface HolderSettings extends HolderOptions {
  readonly clientId: string
  readonly http: WalletHttp
  readonly transactionDataTypes: readonly string[]
}

/** What the functions of the holder work with. */
export interface HolderContext {
  readonly services: Services
  readonly settings: HolderSettings
  readonly tenant: string
  readonly host: (tenant?: string) => Actor
}

/** Creates the context. @throws RangeError that names the option and its value */
export function createHolderContext({ services, tenant, host }: ModuleContext, options: HolderOptions): HolderContext {
  const { redirectUri, walletProvider, clientId, http = safeWalletHttp, transactionDataTypes = [] } = options
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined
  if (url === undefined || (url.protocol !== 'https:' && !isLoopback(url)))
    throw new RangeError(
      `credentials.holder.redirectUri must be https (http for loopback): ${JSON.stringify(redirectUri)}`,
    )
  if (walletProvider !== undefined) assertSignerChain('credentials.holder.walletProvider.signer', walletProvider.signer)
  const settings = {
    ...options,
    clientId: walletProvider?.clientId ?? clientId ?? redirectUri,
    http,
    transactionDataTypes,
  }
  return { services, settings, tenant, host }
}
