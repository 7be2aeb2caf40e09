/**
 * How single fields of requests and replies are encrypted between a caller and us. `callerKey` is the `publickey` header, as it
 * came.
 */
export interface FieldCipher {
  /** @throws BillfoldError `field.undecipherable` for a malformed key or a text that does not open, which says no more */
  readonly open: (tenant: string, callerKey: string, text: string) => Promise<string>
  /** @throws BillfoldError `field.undecipherable` for a malformed key */
  readonly seal: (tenant: string, callerKey: string, text: string) => Promise<string>
}
