import { type EnvelopeCurve, systemEnvelopes } from '../../envelope/index.ts'
import type { Api } from '../../http/index.ts'
import { type FieldCipher, secureChannelCipher } from '../../payments/field-cipher.ts'
import type { PaymentRules, Payments } from '../../payments/settings.ts'
import type { RateLimitRule } from '../../rate-limits/index.ts'
import { openGuard, serviceGuard } from '../service-guard.ts'
import { accountEndpoints } from './account-endpoints.ts'
import { apiKeyGuard } from './api-key.ts'
import type { PaymentsApi } from './endpoint.ts'
import { envelope, failure } from './envelope.ts'
import { gatewayEndpoints } from './gateway-endpoints.ts'
import { licenceEndpoints } from './licence-endpoints.ts'
import { paymentEndpoints } from './payment-endpoints.ts'
import { publicKeyRoute } from './public-key-route.ts'
import { pinEndpoints } from './pin-endpoints.ts'
import { walletEndpoints } from './wallet-endpoints.ts'

/** Options of the payments API. */
export interface PaymentsOptions extends PaymentRules {
  /** Rejects unencrypted values in fields that the API document marks as encrypted. Default: false. */
  readonly requireEncryption?: boolean
  /** Replaces the encryption of fields. Default: the secure channel of the authentication API. */
  readonly fieldCipher?: FieldCipher
  /** Curve of the secure channel. Default: the curve of the authentication API. */
  readonly curve?: EnvelopeCurve
  /**
   * Format of `data` in replies: `text` for a string that contains JSON (as in the API document), `object` for the
   * object itself. Default: `text`.
   */
  readonly dataForm?: 'text' | 'object'
  /** Registration limit per source address. Default: 30 in ten minutes. */
  readonly registrations?: RateLimitRule
  /** Login limit per source address. Default: 300 in ten minutes. */
  readonly logins?: RateLimitRule
}

/**
 * Creates the HTTP API for payments: users, API keys, PINs, wallets, two-leg payments, deposits and withdrawals,
 * licences.
 */
export function paymentsApi(payments: Payments, tenant: string, options: PaymentsOptions = {}): Api {
  const { services } = payments
  const envelopes = systemEnvelopes(services, options.curve ?? 'secp256k1')
  const api: PaymentsApi = {
    ...payments,
    cipher: options.fieldCipher ?? secureChannelCipher(envelopes),
    requireEncryption: options.requireEncryption ?? false,
    dataForm: options.dataForm ?? 'text',
    open: openGuard(tenant),
    byKey: apiKeyGuard(tenant),
    gateway: serviceGuard(services, 'payments:gateway'),
    subscriptions: serviceGuard(services, 'payments:subscriptions'),
    registrations: options.registrations ?? { most: 30, seconds: 600 },
    logins: options.logins ?? { most: 300, seconds: 600 },
  }
  return Object.freeze({
    name: 'payments',
    title: 'Billfold payments API',
    routes: Object.freeze([
      publicKeyRoute(api, envelopes),
      ...accountEndpoints(api),
      ...pinEndpoints(api),
      ...walletEndpoints(api),
      ...paymentEndpoints(api),
      ...gatewayEndpoints(api),
      ...licenceEndpoints(api),
    ]),
    errorReply: failure,
    errorSchema: envelope,
  })
}
