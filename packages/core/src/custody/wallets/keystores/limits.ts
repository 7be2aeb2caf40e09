/** Limits on keystores. The file determines the cost of decrypting it, so untrusted files must be bounded. */
export const keystoreLimits = {
  /** Concurrency and queue length per process. A keystore takes 1 s, at most 6 s. */
  semaphore: { concurrency: 1, queue: 32, perSource: 24 },
  /** Maximum characters of the file. */
  fileCharacters: 16 * 1024,
  /** Maximum bytes of a password in UTF-8. */
  passwordBytes: 1024,
  /** Maximum bytes of a salt. */
  saltBytes: 64,
  scrypt: {
    /** 128 · N · r in bytes: 256 MiB, the default of most wallets. */
    memory: 2 ** 28,
    /** N · r · p: twice the default of most wallets. Takes 2 s, or 6 s without OpenSSL. */
    work: 2 ** 22,
    r: 32,
    p: 32,
  },
  /** Maximum iterations of HMAC-SHA256: about 1.5 s. */
  pbkdf2Iterations: 2_000_000,
  argon2id: {
    memoryKib: 256 * 1024,
    passes: 16,
    lanes: 16,
    /** Memory in KiB times passes: four times the default of wallets, 5 to 6 s. */
    work: 4 * 3 * 65_536,
  },
} as const
