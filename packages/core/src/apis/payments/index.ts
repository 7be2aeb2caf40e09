import { envelopeCipher } from '../../payments/envelope-cipher.ts'
import { type EnvelopeCurve, systemEnvelopes } from '../../envelope/index.ts'
import type { Api } from '../../http/index.ts'
import type { FieldCipher } from '../../payments/field-cipher.ts'
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

/** What a host decides about the payments API. */
export interface PaymentsOptions extends PaymentRules {
  /** Refuses fields that are not encrypted where the API's document marks them so: no. */
  readonly requireEncryption?: boolean
  /** Another way to encrypt fields than the envelope of the authentication API. */
  readonly fieldCipher?: FieldCipher
  /** The curve of that envelope: that of the authentication API. */
  readonly curve?: EnvelopeCurve
  /** `data` of replies: `text` that holds JSON, as documented, or the object itself. */
  readonly dataForm?: 'text' | 'object'
  /** From one source address: 30 in ten minutes. */
  readonly registrations?: RateLimitRule
  /** From one source address: 300 in ten minutes. */
  readonly logins?: RateLimitRule
}

/** The payments API: users and their api keys, wallets, payments, deposits and withdrawals, licences. */
export function paymentsApi(payments: Payments, tenant: string, options: PaymentsOptions = {}): Api {
  const { services } = payments
  const envelopes = systemEnvelopes(services, options.curve ?? 'secp256k1')
  const api: PaymentsApi = {
    ...payments,
    cipher: options.fieldCipher ?? envelopeCipher(envelopes),
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
