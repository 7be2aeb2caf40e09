/** Where a sealed value lives. It is authenticated with the value, so that a value moved to another place does not open. */
export interface Place {
  readonly tenant: string
  readonly table: string
  /** The id of the row. */
  readonly row: string
  readonly field: string
}
