import { inspect } from 'node:util'

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

/** Discards everything. */
export const silentLogger: Logger = { error: () => {}, warn: () => {}, info: () => {} }

/**
 * Creates a logger that writes only the first error, so that the failures of a host without a logger can be found, and do not
 * fill its output.
 *
 * @param write receives one line with a line feed
 *
 * @example
 * ```ts
 * import { firstErrorLogger } from '@billfold/core'
 *
 * const logger = firstErrorLogger((line) => void process.stderr.write(line))
 * logger.error({ code: 'unexpected' }, 'Something went wrong')
 * ```
 */
export function firstErrorLogger(write: (line: string) => void): Logger {
  let isWritten = false
  const error: Logger['error'] = (fields, message) => {
    if (isWritten) return
    isWritten = true
    const details = inspect(fields, { breakLength: Infinity, depth: 5 })
    write(
      `billfold: ${message} ${details}. Later errors are not written: pass a logger, or silentLogger, to createBillfold\n`,
    )
  }
  return { ...silentLogger, error }
}

/** The logger of hosts that pass none: the first error of the process goes to standard error. */
export const defaultLogger: Logger = firstErrorLogger((line) => void process.stderr.write(line))
