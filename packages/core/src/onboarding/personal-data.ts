import type { Services } from '../services.ts'
import { remove, update } from '../storage/index.ts'
import { identifiersOf, openIdentifier } from '../users/identifiers.ts'
import type { Erasure, PersonalData, UserKey } from '../users/personal-data.ts'
import { loginTickets } from '../wallet-login/ticket-table.ts'
import { walletId } from '../wallet-login/index.ts'
import { openApplication } from './application.ts'
import { publicFileId } from './files.ts'
import { readProfile } from './profile.ts'
import type { FileSettings } from './settings.ts'
import { finishRemovals } from './sweep-files.ts'
import { applications, files, profiles } from './tables.ts'

/** Personal data of the onboarding context: profile, and the files and applications of the user's wallets. */
export function onboardingData(settings: FileSettings): PersonalData {
  return {
    name: 'onboarding',
    collect: async (services, user) => {
      const owners = await listOwners(services, user)
      const profile = await readProfile(services, user.tenant, user.userId)
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
      const erasures = (await listOwners(services, user)).map((owner) =>
        eraseOwner(services, settings, { tenant, owner }),
      )
      return {
        writes: [
          remove(profiles, { where: { userId, tenant }, hits: 'any' }),
          remove(loginTickets, { where: { userId }, hits: 'any' }),
          ...erasures.flatMap(({ writes }) => writes),
        ],
        afterwards: async () => {
          for (const { afterwards } of erasures) await afterwards?.()
        },
      }
    },
  }
}

/** Erases the files and applications of a wallet. Blobs are deleted after the commit; `purgeUnusedFiles` retries what a crash leaves behind. */
export function eraseOwner(
  services: Services,
  settings: FileSettings,
  scope: { readonly tenant: string; readonly owner: string },
): Erasure {
  return {
    writes: [
      // Uploads in progress are left to their writer, and to `purgeUnusedFiles` if the writer crashes.
      update(files, { where: { ...scope, state: 'stored' }, set: { state: 'removing', usedAt: null }, hits: 'any' }),
      remove(applications, { where: scope, hits: 'any' }),
    ],
    afterwards: () => finishRemovals(services, settings, { state: 'removing', ...scope }),
  }
}

async function listOwners(services: Services, { tenant, userId }: UserKey): Promise<readonly string[]> {
  const keys = (await identifiersOf(services, userId)).filter(({ kind }) => kind === 'public-key')
  return Promise.all(keys.map(async (row) => walletId(services, tenant, await openIdentifier(services, row))))
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
      id: publicFileId(id),
      type,
      bytes,
      createdAt: new Date(createdAt).toISOString(),
    })),
    applications: await Promise.all(rows.map((row) => openApplication(services, row))),
  }
}
