import { onboardingErrors } from '../kernel/error-codes/onboarding.ts'
import type { ReportRows } from '../kernel/storage/index.ts'
import { defineModule, type ModuleContext } from '../platform/module.ts'
import { createOnboardingApi, onboardingHttpApi } from './api/index.ts'
import type { OnboardingSettings } from './api/options.ts'
import { sealedApplications } from './applications/application.ts'
import { onboardingPersonalData } from './applications/personal-data.ts'
import { sealedProfiles } from './applications/profile.ts'
import { purgeUnusedFiles } from './applications/purge-files.ts'
import { sealedFileKeys } from './applications/stage-file.ts'
import { applications, fileQuotas, files, profiles } from './applications/tables.ts'
import { blobPieces } from './blobs/blob-table.ts'
import type { EvidenceSource } from './presentations/evidence-source.ts'
import { onboardingEvents } from './events.ts'
import { purgeExpiredTickets } from './wallet-login/index.ts'
import { loginTickets } from './wallet-login/ticket-table.ts'

const onboardingAuditActions = {
  'user.logged-in': 'A login ticket was redeemed',
  'wallet.logged-in': 'A login with a wallet signature succeeded; the subject is a keyed hash of the public key',
  'wallet.erased': 'Data submitted with a wallet was erased; the subject is a keyed hash of the public key',
  'application.submitted': 'An application was submitted',
  'application.viewed': 'A person looked at an application; the detail has the kinds of content',
  'application.status-changed': 'The status of an application was changed',
  'application.changed': 'The applicant changed attributes or files of an application',
  'application.message-posted': 'A message about an application was posted',
  'application.payment-reported': 'The applicant reported the transaction of a payment',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type OnboardingAuditActions = typeof onboardingAuditActions

declare module '../platform/audit/actions.ts' {
  interface ModuleAuditActions extends OnboardingAuditActions {}
}

/** Dependencies of the onboarding module besides the services. */
export interface OnboardingModuleContext extends ModuleContext {
  readonly onboarding: OnboardingSettings
  /** Returns what verifies credentials, if a module does: modules are created later. */
  readonly evidenceSource: () => EvidenceSource | undefined
}

/** Wallet login, applications and files, and the onboarding API. */
export const onboardingModule = defineModule({
  name: 'onboarding',
  tables: [loginTickets, files, fileQuotas, blobPieces, profiles, applications],
  sealedColumns: [sealedProfiles, sealedApplications, sealedFileKeys],
  personalDataExceptions: {
    login_tickets: 'Hashes of single-use tickets that expire in minutes. An erasure deletes them.',
    file_quotas: 'Counts the files of a keyed hash of a public key.',
  },
  auditActions: onboardingAuditActions,
  events: onboardingEvents,
  errors: onboardingErrors,
  create: ({ services, tenant, host, onboarding, evidenceSource }: OnboardingModuleContext) => ({
    api: onboardingHttpApi(services, tenant, onboarding, evidenceSource),
    functions: createOnboardingApi(services, host, onboarding, evidenceSource),
    personalData: [onboardingPersonalData(onboarding.files)],
    maintenanceSteps: [
      {
        name: 'delete expired login tickets',
        stage: 'expire',
        run: (_: number, report: ReportRows) => purgeExpiredTickets(services, report),
      },
      { name: 'delete unused files', stage: 'expire', run: () => purgeUnusedFiles(services, onboarding.files) },
    ],
  }),
})
