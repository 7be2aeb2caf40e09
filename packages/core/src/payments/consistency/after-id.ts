/** The condition for the rows after an id. */
export function afterId(after: string | undefined): { readonly id?: { readonly gt: string } } {
  return after === undefined ? {} : { id: { gt: after } }
}
