/**
 * JSON that a test reads a reply as: each test says what it expects of it, so a shape here would only repeat the reply's own.
 * The one place where the tests give up on types.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
export type JsonValue = any
