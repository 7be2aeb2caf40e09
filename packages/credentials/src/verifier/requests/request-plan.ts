import type { DcqlQuery } from '../../dcql/dcql-query.ts'
import type { RequestBody } from './request-body.ts'

/** A request for a presentation, for the host to show to a wallet. */
export interface CreatedRequest {
  readonly id: string
  /** The secret with which the result is asked for. Do not give it to the browser. */
  readonly transaction: string
  /** For the link or the QR code: `openid4vp://…`. Absent over the Digital Credentials API. */
  readonly uri?: string
  /** The same for wallets that register the scheme of HAIP: `haip-vp://…`. */
  readonly haipUri?: string
  /** For `navigator.credentials.get({ digital: { requests: [dcApi] } })`, and where the page sends the answer. */
  readonly dcApi?: {
    readonly protocol: string
    readonly data: Readonly<Record<string, unknown>> & { readonly request?: string }
    readonly responseUrl: string
  }
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/** A request with what it is made for. */
export interface RequestPlan {
  readonly flow: 'same-device' | 'cross-device' | 'dc-api'
  readonly session?: string | undefined
  readonly origin?: string | undefined
  readonly transactionData?: readonly { readonly type: string; readonly credential_ids: string[] }[] | undefined
  readonly plainResponse?: boolean | undefined
  readonly unsigned?: boolean | undefined
  /** In seconds. */
  readonly expiresIn?: number | undefined
  readonly dcql: DcqlQuery
  readonly attributes: RequestBody['attributes']
  readonly refusesTransactionData: boolean
  /** The wallet whose evidence the result becomes, and what it is for. */
  readonly evidenceFor?: NonNullable<RequestBody['evidence']> & { readonly owner: string }
}
