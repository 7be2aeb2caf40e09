import { sealedTemplates } from '../../identity/biometrics/face-people.ts'
import { sealedFaceChecks } from '../../identity/signing-methods/consume-face-check.ts'
import { sealedDevices } from '../../identity/devices/trusted-devices.ts'
import { sealedEncryptionKeys } from '../../identity/encryption-keys/encryption-keys.ts'
import { sealedSystemKeys } from '../../platform/secure-channel/system-channels.ts'
import { sealedDidWalletKeys } from '../../dids/did-wallets/seal-key.ts'
import { sealedBlindIndexSecrets } from '../../platform/blind-index/blind-index.ts'
import { sealedApplications } from '../../onboarding/applications/application.ts'
import { sealedProfiles } from '../../onboarding/applications/profile.ts'
import { sealedFileKeys } from '../../onboarding/applications/stage-file.ts'
import { sealedMessages } from '../../platform/outbox/outbox-write.ts'
import { sealedEvaultUsers } from '../../payments/users/evault-users.ts'
import { sealedLockPins } from '../../payments/credentials/lock-pin.ts'
import { sealedPaymentProfiles } from '../../payments/users/profiles.ts'
import { sealedReplies } from '../../platform/replay-protection/claim-request.ts'
import { sealedServiceKeys } from '../../identity/service-keys/service-keys.ts'
import { sealedFaceAttempts } from '../../authentication/sessions/face-step/face-attempts.ts'
import { sealedSessions } from '../../authentication/sessions/session.ts'
import { sealedSessionValues } from '../../authentication/sessions/session-values.ts'
import { sealedReplacements } from '../../custody/transactions/fee-bumping/replacements.ts'
import { sealedIdentifiers } from '../../identity/users/identifiers.ts'
import { sealedVaultEntropy } from '../../dids/vaults/seal-entropy.ts'
import { sealedEndpoints } from '../../platform/webhooks/endpoint.ts'
import type { SealedColumn } from '../../kernel/storage/sealed-column.ts'

/** All columns sealed by the keyring. The longest-lived values come first. */
export const sealedColumns: readonly SealedColumn[] = [
  sealedBlindIndexSecrets,
  sealedSystemKeys,
  sealedEncryptionKeys,
  sealedServiceKeys,
  sealedVaultEntropy,
  sealedDidWalletKeys,
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
  sealedFaceAttempts,
  sealedReplies,
  ...sealedEndpoints,
  ...sealedFaceChecks,
  ...sealedSessions,
  sealedSessionValues,
]
