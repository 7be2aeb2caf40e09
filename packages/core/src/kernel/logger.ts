/**
 * The logger of a host. A pino logger fits as is. Billfold never logs secrets.
 *
 * Each message is a short constant event name; everything variable is in the fields.
 */
export interface Logger {
  readonly error: (fields: Readonly<Record<string, unknown>>, message: string) => void
  readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void
  readonly info: (fields: Readonly<Record<string, unknown>>, message: string) => void
}

/** Discards everything. The default. */
export const silentLogger: Logger = { error: () => {}, warn: () => {}, info: () => {} }
