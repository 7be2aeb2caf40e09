import { sealedTemplates } from '../biometrics/people.ts'
import { sealedFaceChecks } from '../credentials/use-face-check.ts'
import { sealedDevices } from '../devices/trust.ts'
import { sealedEncryptionKeys } from '../encryption-keys/keys.ts'
import { sealedSystemKeys } from '../envelope/system-key.ts'
import { sealedIdentityKeys } from '../identities/seal-key.ts'
import { sealedLookupSecrets } from '../lookups/lookups.ts'
import { sealedApplications } from '../onboarding/application.ts'
import { sealedProfiles } from '../onboarding/profile.ts'
import { sealedFileKeys } from '../onboarding/stage-file.ts'
import { sealedMessages } from '../outbox/message.ts'
import { sealedEvaultUsers } from '../payments/evault-users.ts'
import { sealedLockPins } from '../payments/lock-pin.ts'
import { sealedPaymentProfiles } from '../payments/people.ts'
import { sealedAnswers } from '../replays/answer-once.ts'
import { sealedServiceKeys } from '../service-keys/keys.ts'
import { sealedAttempts } from '../sessions/face-attempt.ts'
import { sealedSessions } from '../sessions/session.ts'
import { sealedSessionValues } from '../sessions/session-values.ts'
import { sealedReplacements } from '../transactions/repricing/replacements.ts'
import { sealedIdentifiers } from '../users/identifiers.ts'
import { sealedVaults } from '../vaults/seal-entropy.ts'
import { sealedEndpoints } from '../webhooks/endpoint.ts'
import type { SealedColumn } from './sealed-column.ts'

/** All columns sealed by the keyring. The longest-lived values come first. */
export const sealedColumns: readonly SealedColumn[] = [
  sealedLookupSecrets,
  sealedSystemKeys,
  sealedEncryptionKeys,
  sealedServiceKeys,
  sealedVaults,
  sealedIdentityKeys,
  sealedIdentifiers,
  sealedDevices,
  sealedTemplates,
  sealedProfiles,
  sealedApplications,
  sealedFileKeys,
  sealedPaymentProfiles,
  sealedLockPins,
  sealedEvaultUsers,
  sealedReplacements,
  sealedMessages,
  sealedAttempts,
  sealedAnswers,
  ...sealedEndpoints,
  ...sealedFaceChecks,
  ...sealedSessions,
  sealedSessionValues,
]
