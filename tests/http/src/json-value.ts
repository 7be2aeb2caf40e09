/**
 * The JSON of a reply. Each test asserts what it expects, so a type would only repeat the reply's shape. The only `any` of
 * the tests.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
export type JsonValue = any
