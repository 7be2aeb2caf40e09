import { paymentsDescription } from './description.ts'
import { type SecureChannelCurve, createSystemChannels } from '../../platform/secure-channel/index.ts'
import type { Api } from '../../http/index.ts'
import { type FieldCipher, secureChannelCipher } from '../field-cipher.ts'
import type { PaymentRules, PaymentsContext } from '../settings.ts'
import type { RateLimitRule } from '../../platform/rate-limits/index.ts'
import { publicGuard, serviceGuard } from '../../identity/api/service-guard.ts'
import { accountRoutes } from './account-routes.ts'
import type { PaymentsApiContext } from './api-context.ts'
import { contactRoutes } from './contact-routes.ts'
import { apiKeyGuard, apiKeyHeaderGuard } from './api-key-guard.ts'
import { readAheadGuard } from './read-ahead.ts'
import { paymentsResponse, paymentsErrorReply } from './response-format.ts'
import { gatewayRoutes } from './gateway-routes.ts'
import { subscriptionRoutes } from './subscription-routes.ts'
import { paymentRoutes } from './payment-routes.ts'
import { publicKeyRoute } from './public-key-route.ts'
import { pinRoutes } from './pin-routes.ts'
import { paymentWalletRoutes } from './wallet-routes.ts'

/** Options of the payments API. */
export interface PaymentsOptions extends PaymentRules {
  /** Rejects unencrypted values in fields that the API document marks as encrypted. Default: false. */
  readonly requireEncryption?: boolean
  /** Replaces the encryption of fields. Default: the secure channel of the authentication API. */
  readonly fieldCipher?: FieldCipher
  /** Curve of the secure channel. Default: the curve of the authentication API. */
  readonly curve?: SecureChannelCurve
  /**
   * Format of `data` in replies: `text` for a string that contains JSON (as in the API document), `object` for the
   * object itself. Default: `text`.
   */
  readonly dataFormat?: 'text' | 'object'
  /** Registration limit per source address. Default: 30 in ten minutes. */
  readonly registrationLimit?: RateLimitRule
  /** Login limit per source address. Default: 300 in ten minutes. */
  readonly loginLimit?: RateLimitRule
}

/**
 * Creates the HTTP API for payments: users, API keys, PINs, wallets, two-leg payments, deposits and withdrawals,
 * licences.
 */
export function paymentsHttpApi(payments: PaymentsContext, tenant: string, options: PaymentsOptions = {}): Api {
  const { services } = payments
  const channels = createSystemChannels(services, options.curve ?? 'secp256k1')
  const cipher = options.fieldCipher ?? secureChannelCipher(channels)
  const api: PaymentsApiContext = {
    ...payments,
    tenant,
    cipher,
    requireEncryption: options.requireEncryption ?? false,
    dataFormat: options.dataFormat ?? 'text',
    guards: {
      public: publicGuard(tenant),
      apiKey: apiKeyGuard({ services, tenant, cipher }),
      apiKeyReading: (start) => readAheadGuard({ services, tenant, cipher }, start),
      apiKeyHeader: apiKeyHeaderGuard({ services, tenant, cipher }),
      gateway: serviceGuard(services, 'payments:gateway'),
      subscriptions: serviceGuard(services, 'payments:subscriptions'),
    },
    registrationLimit: options.registrationLimit ?? { limit: 30, windowSeconds: 600 },
    loginLimit: options.loginLimit ?? { limit: 300, windowSeconds: 600 },
  }
  return Object.freeze({
    name: 'payments',
    title: 'Billfold payments API',
    routes: Object.freeze([
      publicKeyRoute(api, channels),
      ...accountRoutes(api),
      ...contactRoutes(api),
      ...pinRoutes(api),
      ...paymentWalletRoutes(api),
      ...paymentRoutes(api),
      ...gatewayRoutes(api),
      ...subscriptionRoutes(api),
    ]),
    errorReply: paymentsErrorReply,
    errorSchema: paymentsResponse,
    description: paymentsDescription,
  })
}
