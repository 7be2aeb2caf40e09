import type { ErrorTable } from './error-table.ts'

/** The error codes of onboarding. */
export const onboardingErrors = {
  'login.failed': { status: 401, message: 'The login challenge failed, or its response was already used' },
  'file.not-found': { status: 404, message: 'File not found' },
  'file.unsupported-type': { status: 415, message: 'Unsupported file type' },
  'file.limit-reached': { status: 429, message: 'File quota reached for this wallet (number or bytes)' },
  'template.not-found': { status: 404, message: 'Template not found' },
  'application.not-found': { status: 404, message: 'Application not found' },
  'application.limit-reached': { status: 429, message: 'This application cannot have more of these' },
  'application.invalid-transition': {
    status: 409,
    message: 'The application cannot change from its current state to this one',
  },
  'evidence.not-found': { status: 404, message: 'There is no such presentation, or it has expired' },
  'evidence.used': { status: 409, message: 'The presentation was already used in an application' },
  'evidence.unavailable': { status: 501, message: 'This service verifies no credentials' },
} as const satisfies ErrorTable
