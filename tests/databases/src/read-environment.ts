/** Reads a setting of the test databases; undefined if it is not set or empty. */
export function readEnvironment(name: string): string | undefined {
  // oxlint-disable-next-line node/no-process-env -- the only place where the test databases are configured
  const value = process.env[name]
  return value === '' ? undefined : value
}
