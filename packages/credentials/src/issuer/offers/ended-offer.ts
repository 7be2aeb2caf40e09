/** How an offer ends, other than by time. */
export type EndedOfferState = 'redeemed' | 'locked' | 'revoked'

/** The columns that an update sets when an offer ends: its application is free for another. */
export function endedOffer(state: EndedOfferState) {
  return { state, openApplicationId: null } as const
}
