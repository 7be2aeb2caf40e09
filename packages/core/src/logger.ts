/** Where Billfold says what happened. A pino or console logger fits as it is. Nothing secret is ever handed to it. */
export interface Logger {
  readonly error: (fields: Readonly<Record<string, unknown>>, message: string) => void
  readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void
  readonly info: (fields: Readonly<Record<string, unknown>>, message: string) => void
}

/** Says nothing: the default. */
export const silentLogger: Logger = { error: () => {}, warn: () => {}, info: () => {} }
