/** Why a credential, a presentation or a status list is refused. Named to the host, never to the other party. */
export type RefusalCode =
  | 'credential.malformed'
  | 'credential.issuer'
  | 'credential.signature'
  | 'credential.expired'
  | 'credential.not-yet'
  | 'credential.revoked'
  | 'credential.suspended'
  | 'credential.type'
  | 'holder-binding.missing'
  | 'holder-binding.signature'
  | 'holder-binding.nonce'
  | 'holder-binding.audience'
  | 'holder-binding.hash'
  | 'holder-binding.time'
  | 'disclosure.unreferenced'
  | 'disclosure.twice'
  | 'disclosure.overwrites'
  | 'disclosure.forbidden'
  | 'mdoc.digest'
  | 'mdoc.doctype'
  | 'mdoc.device'
  | 'query.missing'
  | 'query.over-disclosed'
  | 'response.malformed'
  | 'status.unavailable'
  | 'transaction-data.hash'

/** A refusal: thrown by the functions that verify, for anything that a standard says to refuse. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode

  /** @param detail for the host's log; holds no claim, no key and no nonce */
  constructor(code: RefusalCode, detail: string, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options)
    this.code = code
  }
}
