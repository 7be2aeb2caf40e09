import { type ErrorDefinition, errorFactory } from '@billfold/core'
import { defineEvent, eventId } from '@billfold/core/modules'
import { z } from 'zod'

/** The error codes of the module. */
export const riskErrors = {
  'policy.not-found': { status: 404, message: 'There is no such policy' },
  'policy.invalid': { status: 400, message: 'The policy is not valid' },
  'policy.changed': { status: 409, message: 'The policy was changed since it was read' },
  'policy.limit-reached': { status: 409, message: 'The tenant has as many policies as it can have' },
  'approval.not-found': { status: 404, message: 'There is no such request that waits' },
  'approval.not-allowed': { status: 403, message: 'This user or signing method cannot confirm the request' },
  'assessment.not-found': { status: 404, message: 'There is no such assessment' },
} as const satisfies Record<string, ErrorDefinition>

/** The scopes that service keys can have for the API of the module. */
export const riskScopes = {
  risk: 'Assessments and requests that wait',
  'risk:policies': 'Policies; the scope risk is not needed',
  'risk:approvals': 'Approvals of requests that wait',
} as const

/** The audit actions of the module. */
export const riskAuditActions = {
  'policy.added': 'A policy was added',
  'policy.updated': 'A policy was changed',
  'policy.removed': 'A policy was removed',
  'act.denied': 'A policy denied an act; the subject is the user or the wallet',
  'act.requested': 'An act waits for another signing method or for approvals; the subject is the request',
  'act.approved': 'A user approved an act that waits; the subject is the request',
  'act.rejected': 'A user rejected an act that waits; the subject is the request',
} as const

/** The events of the module. */
export const riskEvents = {
  'policy.changed': defineEvent('The policies of a tenant were changed.', {
    policyId: eventId,
    change: z.enum(['add', 'update', 'remove']),
  }),
  'act.denied': defineEvent('A policy denied an act.', {
    kind: z.string(),
    userId: eventId.nullable(),
    policyId: z.string(),
  }),
  'act.requested': defineEvent('An act waits for another signing method or for approvals.', {
    requestId: eventId,
    kind: z.string(),
    userId: eventId.nullable(),
  }),
  'act.decided': defineEvent('An act that waits was approved or rejected.', {
    requestId: eventId,
    outcome: z.enum(['ready', 'rejected']),
  }),
}

type RiskErrors = typeof riskErrors
type RiskAuditActions = typeof riskAuditActions
type RiskEvents = typeof riskEvents

// Adds the codes, actions and events to the types of Billfold.
declare module '@billfold/core' {
  interface ModuleErrors extends RiskErrors {}
  interface ModuleAuditActions extends RiskAuditActions {}
  interface ModuleEvents extends RiskEvents {}
}

/** Creates the errors of the module. */
export const riskError = errorFactory(riskErrors)
