import type { Logger } from './logger.ts'

/**
 * Serializes a thrown value for the log: name, message, code and stack, recursively for causes. Other properties are omitted
 * because database drivers attach query values to their errors.
 */
export function serializeError(thrown: unknown, depth = 5): unknown {
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? thrown : typeof thrown
  return {
    name: thrown.name,
    message: thrown.message,
    ...('code' in thrown ? { code: thrown.code } : {}),
    stack: thrown.stack,
    ...(thrown.cause !== undefined && depth > 0 ? { cause: serializeError(thrown.cause, depth - 1) } : {}),
  }
}

/** Wraps a logger so that every error among the fields is serialized: loggers print all properties of an error. */
export function withSerializedErrors(logger: Logger): Logger {
  const toShown = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? serializeError(value) : value]),
    )
  return {
    error: (fields, message) => logger.error(toShown(fields), message),
    warn: (fields, message) => logger.warn(toShown(fields), message),
    info: (fields, message) => logger.info(toShown(fields), message),
  }
}
