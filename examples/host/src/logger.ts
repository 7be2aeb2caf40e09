import { inspect } from 'node:util'
import type { Logger } from '@billfold/core'

const line =
  (level: string) =>
  (fields: Readonly<Record<string, unknown>>, message: string): void => {
    const shown = Object.entries(fields).map(
      ([name, value]) => `${name}=${typeof value === 'string' ? value : inspect(value, { depth: 6 })}`,
    )
    console.error([level, message, ...shown].join(' '))
  }

/** Logs one line per message to stderr. A real host passes its own logger, such as pino. */
export const logger: Logger = { error: line('error'), warn: line('warn'), info: line('info') }
