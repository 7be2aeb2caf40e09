/**
 * The untyped JSON of a reply. Each test states what it expects, so a type would only repeat the reply. The only `any` of the
 * tests.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
export type ReplyJson = any
