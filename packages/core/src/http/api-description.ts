/** A tag of an OpenAPI document: a group of operations. */
export interface ApiTag {
  /** `Wallets`. */
  readonly name: string
  readonly description: string
  /** The operations of the tag: those whose path begins with one of these, and with no longer one of another tag. */
  readonly paths: readonly string[]
}

/** What an OpenAPI document says about an API beyond its routes. */
export interface ApiDescription {
  /** Paragraphs about the API: what it is for. */
  readonly text: string
  readonly tags: readonly ApiTag[]
  /** The values of schemas, by the id of the schema: `SecretType` is one of the chains that the host has. */
  readonly enumerations?: Readonly<Record<string, readonly string[]>>
}
