import type { ErrorDefinition } from '@billfold/core'
import { defineEvent, eventId } from '@billfold/core/modules'
import { z } from 'zod'

/** The error codes of the module. */
export const loyaltyErrors = {
  'loyalty.not-a-member': { status: 404, message: 'The user has no loyalty account' },
  'loyalty.insufficient-points': { status: 409, message: 'The account has not enough points' },
} as const satisfies Record<string, ErrorDefinition>

/** The audit actions of the module. The subject of each is the user. */
export const loyaltyAuditActions = {
  'loyalty.joined': 'A user joined the loyalty programme',
  'loyalty.points-granted': 'Points were granted to a user',
  'loyalty.points-redeemed': 'A user redeemed points',
} as const

/** The events of the module. */
export const loyaltyEvents = {
  'loyalty.points-redeemed': defineEvent('A user redeemed points.', { userId: eventId, points: z.int() }),
}

type LoyaltyErrors = typeof loyaltyErrors
type LoyaltyAuditActions = typeof loyaltyAuditActions
type LoyaltyEvents = typeof loyaltyEvents

// Adds the codes, actions and events to the types of Billfold: ErrorCode, AuditAction, EventType and BillfoldEvent.
declare module '@billfold/core' {
  interface ModuleErrors extends LoyaltyErrors {}
  interface ModuleAuditActions extends LoyaltyAuditActions {}
  interface ModuleEvents extends LoyaltyEvents {}
}
