import { BillfoldError } from '../../kernel/errors.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import type { Services } from '../../platform/services.ts'
import { findPayee } from '../users/profiles.ts'

/** Returns the id of the user with this email, for requests with a service key. @throws BillfoldError `user.not-found` */
export async function getUserByEmail(services: Services, { tenant }: Actor, email: string): Promise<string> {
  const profile = await findPayee(services, tenant, [{ kind: 'email', value: email }])
  if (profile === undefined) throw new BillfoldError('user.not-found')
  return profile.userId
}
