import type { Logger } from '@billfold/core'

const line =
  (level: string) =>
  (fields: Readonly<Record<string, unknown>>, message: string): void => {
    const shown = Object.entries(fields).map(
      ([name, value]) => `${name}=${value instanceof Error ? value.stack : String(value)}`,
    )
    console.error([level, message, ...shown].join(' '))
  }

/** Logs one line per message to stderr. A real host passes its own logger, such as pino. */
export const logger: Logger = { error: line('error'), warn: line('warn'), info: line('info') }
