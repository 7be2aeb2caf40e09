/** A parsed keystore that can be decrypted with its password. */
export interface ParsedKeystore {
  /**
   * Derives the key from the password, which is slow by design, and decrypts the private key (32 bytes). Call it in a slot of
   * the password hasher.
   * @throws BillfoldError `keystore.wrong-password`, `keystore.invalid` if the decrypted key does not match the file's address
   */
  readonly decrypt: (password: string) => Promise<Uint8Array>
}

/** A file format that stores a private key encrypted with a password. */
export interface KeystoreFormat {
  /**
   * Parses a keystore and checks its KDF parameters, before any key derivation.
   * @throws BillfoldError `keystore.invalid`, `keystore.cost-too-high`
   */
  readonly parse: (text: string) => ParsedKeystore
  /**
   * Encrypts a private key (32 bytes) with a password. Returns the keystore as JSON. Call it in a slot of the password hasher.
   * @throws BillfoldError `input.invalid` if the password is empty or longer than 1,024 bytes
   */
  readonly encrypt: (privateKey: Uint8Array, password: string) => Promise<string>
}
