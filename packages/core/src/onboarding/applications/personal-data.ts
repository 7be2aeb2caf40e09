import type { Services } from '../../platform/services.ts'
import { remove, update } from '../../kernel/storage/index.ts'
import type { Erasure, PersonalData } from '../../platform/personal-data.ts'
import { loginTickets } from '../wallet-login/ticket-table.ts'
import { openApplicationRow } from './application.ts'
import { toPublicFileId } from './files.ts'
import { findOnboardingProfile } from './profile.ts'
import type { FileSettings } from './file-settings.ts'
import { deleteMarkedFiles } from './purge-files.ts'
import { applications, files, profiles } from './tables.ts'
import { listWalletOwners } from './wallet-owners.ts'

/** Personal data of the onboarding context: profile, and the files and applications of the user's wallets. */
export function onboardingPersonalData(settings: FileSettings): PersonalData {
  return {
    name: 'onboarding',
    tables: [profiles, files, applications],
    collect: async (services, user) => {
      const owners = await listWalletOwners(services, user)
      const profile = await findOnboardingProfile(services, user.tenant, user.userId)
      const submissions = await Promise.all(owners.map((owner) => collectSubmissions(services, user.tenant, owner)))
      return {
        attributes: profile?.attributes ?? [],
        meta: profile?.meta,
        files: submissions.flatMap((submission) => submission.files),
        applications: submissions.flatMap((submission) => submission.applications),
      }
    },
    erase: async (services, user) => {
      const { tenant, userId } = user
      const erasures = (await listWalletOwners(services, user)).map((owner) =>
        eraseWalletData(services, settings, { tenant, owner }),
      )
      return {
        writes: [
          remove(profiles, { where: { userId, tenant }, expectedRows: 'any' }),
          remove(loginTickets, { where: { userId }, expectedRows: 'any' }),
          ...erasures.flatMap(({ writes }) => writes),
        ],
        afterCommit: async () => {
          for (const { afterCommit } of erasures) await afterCommit?.()
        },
      }
    },
  }
}

/** Erases the files and applications of a wallet. Blobs are deleted after the commit; `purgeUnusedFiles` retries what a crash leaves behind. */
export function eraseWalletData(
  services: Services,
  settings: FileSettings,
  scope: { readonly tenant: string; readonly owner: string },
): Erasure {
  return {
    writes: [
      // Uploads in progress are left to their writer, and to `purgeUnusedFiles` if the writer crashes.
      update(files, {
        where: { ...scope, state: 'stored' },
        set: { state: 'removing', usedAt: null },
        expectedRows: 'any',
      }),
      remove(applications, { where: scope, expectedRows: 'any' }),
    ],
    afterCommit: () => deleteMarkedFiles(services, settings, { state: 'removing', ...scope }),
  }
}

async function collectSubmissions(
  services: Services,
  tenant: string,
  owner: string,
): Promise<{ readonly files: readonly unknown[]; readonly applications: readonly unknown[] }> {
  const order = [['id', 'asc']] as const
  const fileRows = await services.storage.find(files, { where: { tenant, owner, state: 'stored' }, orderBy: order })
  const rows = await services.storage.find(applications, { where: { tenant, owner }, orderBy: order })
  return {
    files: fileRows.map(({ id, type, bytes, createdAt }) => ({
      id: toPublicFileId(id),
      type,
      bytes,
      createdAt: new Date(createdAt).toISOString(),
    })),
    applications: await Promise.all(rows.map((row) => openApplicationRow(services, row))),
  }
}
