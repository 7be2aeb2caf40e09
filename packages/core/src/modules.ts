// What the author of a module needs besides the root of the package: the Module type, and the functions that write
// audit records, events and messages in the commits of the module, and that guard its routes.
export { serviceGuard, publicGuard } from './identity/api/service-guard.ts'
export {
  actorFromRequest,
  authorizeWithSigningMethod,
  parseSigningMethod,
  type PresentedMethod,
  type SigningMethodHeaders,
} from './identity/api/signing-method-auth.ts'
export { signingMethodHeadersSchema } from './identity/api/signing-method-headers.ts'
export { callerStillValid, userGuard } from './payments/api/user-guard.ts'
export { commitWithPreconditions, type Precondition } from './payments/preconditions.ts'
export {
  type AuthorizedMethod,
  commitAuthorized,
  loadMasterSecret,
  methodUnchanged,
} from './identity/signing-methods/authorized-method.ts'
export { openMasterSecret } from './identity/signing-methods/sealing.ts'
// Tables of Billfold that a module may read. It writes to its own tables only.
export { auditRecords } from './platform/audit/tables.ts'
export { signingMethods } from './identity/signing-methods/tables.ts'
export { identifiers } from './identity/users/identifier-table.ts'
export { users } from './identity/users/table.ts'
export type {
  PasskeyExpectation,
  PasskeyRefusal,
  PasskeyVerifier,
  RefusedPasskey,
  RegistrationExpectation,
  StoredCredential,
  VerifiedAssertion,
  VerifiedRegistration,
} from './identity/passkeys/verifier.ts'
export type { UserRow } from './identity/users/create.ts'
export {
  type SecurityNotice,
  securityNoticeWrites,
  type SecurityTopic,
} from './identity/security-notices/security-notice.ts'
export { findByIdentifier, type IdentifierRow } from './identity/users/identifiers.ts'
export { getUser } from './identity/users/find.ts'
export type { OnboardingRoutes } from './onboarding/api/guards.ts'
export type { Application } from './onboarding/applications/application.ts'
export { type ApplicationFilter, getApplication } from './onboarding/applications/application-queries.ts'
export { isCanonicalJws, parseBase64, parseBase64url } from './kernel/base64.ts'
export { listWalletOwners } from './onboarding/applications/wallet-owners.ts'
export type {
  Evidence,
  EvidencedAttributes,
  EvidenceOwner,
  EvidenceQuery,
  EvidenceRequest,
  EvidenceRequestInput,
  EvidenceSource,
  EvidenceStatus,
} from './onboarding/presentations/evidence-source.ts'
export { sealedColumn, type SealedColumn } from './kernel/storage/sealed-column.ts'
export type { PepperedValues } from './platform/peppered-values.ts'
export {
  type Act,
  type ActKind,
  actKinds,
  type ChainCall,
  type ChainTransfer,
  type ProvenMethod,
} from './platform/acts/act.ts'
export { type ActAuthorizer, type ActDecision, authorizeAct } from './platform/acts/authorize-act.ts'
export type { AuditAction, AuditActions } from './platform/audit/actions.ts'
export { type Actor, auditWrite } from './platform/audit/audit-write.ts'
export { defineEvent, type EventDefinition, type EventDefinitions, eventId } from './platform/events/define-event.ts'
export { eventWrites } from './platform/events/event-writes.ts'
export { readBounded } from './platform/http-client/read-bounded.ts'
export {
  BlockedAddressError,
  type DnsResolver,
  ssrfSafeRequest,
  type SsrfSafeRequest,
  type SsrfSafeResponse,
} from './platform/http-client/ssrf-safe-request.ts'
export type { ReplyPrecondition } from './platform/idempotency/reply-preconditions.ts'
export type { MasterSecret, ReencryptOwnerRows } from './platform/master-secret.ts'
export {
  defineModule,
  type MaintenanceStage,
  type MaintenanceStep,
  maintenanceStages,
  type MasterSecretColumn,
  type Module,
  type ModuleApi,
  type ModuleContext,
  type ModuleDeclaration,
  type ModuleParts,
} from './platform/module.ts'
export type {
  FactorMethod,
  FactorSession,
  ProvenFactor,
  RefusedFactor,
  SessionFactor,
  StartedFactor,
} from './platform/session-factor.ts'
export { consumeNonceWrite } from './platform/replay-protection/nonces.ts'
export { type OutboxMessageInput, outboxWrite } from './platform/outbox/outbox-write.ts'
export type { Lockout } from './platform/lockout.ts'
export { type Erasure, findUserColumns, type PersonalData, type UserKey } from './platform/personal-data.ts'
export type {
  MethodEnrolment,
  MethodUser,
  RequestDigest,
  SigningMethodKind,
  UserMethod,
} from './platform/signing-method-kind.ts'
export { formatRequestDigest } from './platform/signing-method-kind.ts'
export type { Services } from './platform/services.ts'
