import { listWalletOwners, type PersonalData } from '@billfold/core/modules'
import { eraseWrites } from './evidence/evidence-source.ts'
import { openEvidence } from './evidence/evidence-row.ts'
import { presentationRequests, presentedEvidence } from './tables.ts'

/** Exported as `data.presentations`, and deleted with the user: what the user's wallets have presented for applications. */
export const verifierPersonalData: PersonalData = {
  name: 'presentations',
  tables: [presentedEvidence, presentationRequests],
  collect: async (services, user) => {
    const owners = await listWalletOwners(services, user)
    if (owners.length === 0) return undefined
    const { tenant } = user
    const rows = await services.storage.find(presentedEvidence, { where: { tenant, owner: { in: owners } } })
    if (rows.length === 0) return undefined
    return Promise.all(
      rows.map(async (row) => {
        const { state, application, createdAt, expiresAt } = row
        return { ...(await openEvidence(services, row)), state, application, createdAt, expiresAt }
      }),
    )
  },
  erase: async (services, user) => {
    const owners = await listWalletOwners(services, user)
    return { writes: owners.flatMap((id) => eraseWrites({ tenant: user.tenant, id })) }
  },
}
