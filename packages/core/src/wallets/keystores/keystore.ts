/** What opens a keystore that was read: derives a key from the password, which takes its time. */
export interface ReadKeystore {
  /**
   * The private key, 32 bytes. It belongs in a turn of the slow hash.
   * @throws BillfoldError `keystore.wrong-password`, `keystore.invalid` when what is inside is not what the outside says
   */
  readonly open: (password: string) => Promise<Uint8Array>
}

/** A way to keep a private key in a file under a password. */
export interface KeystoreFormat {
  /**
   * Reads a keystore, and refuses it before any work is done for it.
   * @throws BillfoldError `keystore.invalid`, `keystore.too-costly`
   */
  readonly read: (text: string) => ReadKeystore
  /**
   * Makes one, as JSON. It belongs in a turn of the slow hash.
   * @throws BillfoldError `input.invalid` for a password that is empty or too long
   */
  readonly write: (privateKey: Uint8Array, password: string) => Promise<string>
}
