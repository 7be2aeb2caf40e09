import type { BodyGuard, Guard, RateLimit } from '../../http/index.ts'
import type { FieldCipher } from '../field-cipher.ts'
import type { PaymentsContext } from '../settings.ts'
import type { ReadAhead, StartReading } from './read-ahead.ts'
import type { DataFormat } from './response-format.ts'

/** Dependencies that the routes of this API share. */
export interface PaymentsApiContext extends PaymentsContext {
  readonly tenant: string
  readonly cipher: FieldCipher
  readonly requireEncryption: boolean
  readonly dataFormat: DataFormat
  readonly guards: {
    /** For registration, login and the public key. */
    readonly public: Guard
    /** The API key of a user, in the header or the body. */
    readonly apiKey: BodyGuard
    /** The same, reading ahead for the operation. */
    readonly apiKeyReading: <Rows>(start: StartReading<Rows>) => ReadAhead<Rows>
    /** The API key of a user in the header, for GET. */
    readonly apiKeyHeader: Guard
    /** Service keys with the scope `payments:gateway`. */
    readonly gateway: Guard
    /** Service keys with the scope `payments:subscriptions`. */
    readonly subscriptions: Guard
  }
  /** Rate limits per source address. */
  readonly registrationLimit: Omit<RateLimit, 'by'>
  readonly loginLimit: Omit<RateLimit, 'by'>
}
