/** The most that is done for one keystore, in one place: whoever makes one says what opening it costs. */
export const keystoreLimits = {
  /** How many are opened or made at once in a process, and how many wait: 1 s each, 6 s at most. */
  turns: { concurrency: 1, queue: 32, perSource: 24 },
  /** Characters of the file. */
  characters: 16 * 1024,
  /** Bytes of a password, as UTF-8. */
  passwordBytes: 1024,
  /** Bytes of a salt. */
  saltBytes: 64,
  scrypt: {
    /** 128 N r, in bytes: 256 MiB, which is what most wallets ask for. */
    memory: 2 ** 28,
    /** N r p: twice what most wallets ask for, 2 s; 6 s where OpenSSL does not do it. */
    work: 2 ** 22,
    r: 32,
    p: 32,
  },
  /** Iterations of HMAC-SHA256: about 1.5 s. */
  pbkdf2Iterations: 2_000_000,
  argon2id: {
    memoryKib: 256 * 1024,
    passes: 16,
    lanes: 16,
    /** Memory in KiB times passes: four times what wallets ask for, 5 to 6 s. */
    work: 4 * 3 * 65_536,
  },
} as const
