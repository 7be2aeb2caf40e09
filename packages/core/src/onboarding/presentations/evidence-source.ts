import type { Actor } from '../../platform/audit/audit-write.ts'
import type { Write } from '../../kernel/storage/index.ts'

/** A query of a verifier, as a template names it. A module with an {@link EvidenceSource} makes them. */
export interface EvidenceQuery {
  readonly id: string
}

/** The wallet whose evidence it is: `id` is the owner of applications. */
export type EvidenceOwner = Pick<Actor, 'tenant' | 'id'>

/** Input of a request for evidence. */
export interface EvidenceRequestInput {
  readonly templateId: string | number
  readonly queries: readonly EvidenceQuery[]
  readonly flow: 'same-device' | 'cross-device' | 'dc-api'
  /** The origin of the page, for `dc-api`. */
  readonly origin?: string | undefined
}

/** A request for evidence, for the applicant's wallet of credentials. */
export interface EvidenceRequest {
  readonly id: string
  /** The link or QR code. */
  readonly uri?: string
  /** The request for the Digital Credentials API, and where the page sends the answer. */
  readonly dcApi?: { readonly protocol: string; readonly data: object; readonly responseUrl: string }
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/** `received`: a presentation from the same device, which the response code is still to complete. */
export type EvidenceStatus = 'open' | 'received' | 'verified' | 'refused' | 'declined' | 'expired'

/** What was presented for one query, and who has issued it. */
export interface EvidencedAttributes {
  readonly attributes: Readonly<Record<string, unknown>>
  /** The subject of the issuer's certificate. */
  readonly issuer: string
  /** The type of the credential. */
  readonly type: string
  /** The trust anchor. */
  readonly anchor: string
}

/** Attributes that were presented and verified, to be used once. */
export interface Evidence {
  readonly id: string
  readonly byQuery: Readonly<Record<string, EvidencedAttributes>>
  /** When it was verified, in epoch milliseconds. */
  readonly at: number
}

/**
 * Requests presentations of credentials from applicants, and retains what was verified as evidence for their applications. A module
 * provides one, see `@billfold/credentials`.
 */
export interface EvidenceSource {
  /** Requests a presentation. @throws BillfoldError `input.invalid` */
  readonly request: (owner: EvidenceOwner, input: EvidenceRequestInput) => Promise<EvidenceRequest>
  /** Returns what a request has come to. @throws BillfoldError `evidence.not-found` */
  readonly find: (owner: EvidenceOwner, id: string) => Promise<EvidenceStatus>
  /**
   * Completes a presentation from the same device with the response code, once.
   * @throws BillfoldError `evidence.not-found`, also for another code
   */
  readonly complete: (owner: EvidenceOwner, id: string, responseCode: string) => Promise<EvidenceStatus>
  /**
   * Opens evidence for an application by this template.
   * @throws BillfoldError `evidence.not-found` if there is none, or it is for another template or has expired; `evidence.used`
   */
  readonly open: (
    owner: EvidenceOwner,
    ids: readonly string[],
    templateId: string | number,
  ) => Promise<readonly Evidence[]>
  /** The writes that use evidence up, for the commit of an application. They fail if it is used or has expired. */
  readonly useWrites: (
    owner: EvidenceOwner,
    ids: readonly string[],
    applicationId: string,
    now: number,
  ) => readonly Write[]
  /** The writes that erase all evidence and requests of a wallet. */
  readonly eraseWrites: (owner: EvidenceOwner) => readonly Write[]
}
