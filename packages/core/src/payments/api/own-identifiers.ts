import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { ownsIdentifier } from '../users/profiles.ts'
import type { ApiKeyCaller } from './api-key-guard.ts'

/** Checks that the email in a request belongs to the API key's user. @throws BillfoldError `user.not-found` */
export function assertOwnEmail(services: Services, caller: ApiKeyCaller, email: string): Promise<void> {
  return assertOwn(services, caller, { kind: 'email', value: email })
}

/** Checks that the phone number in a request belongs to the API key's user. @throws BillfoldError `user.not-found` */
export function assertOwnPhone(services: Services, caller: ApiKeyCaller, phone: string): Promise<void> {
  return assertOwn(services, caller, { kind: 'phone', value: phone })
}

async function assertOwn(
  services: Services,
  { tenant, id }: ApiKeyCaller,
  identifier: Parameters<typeof ownsIdentifier>[3],
): Promise<void> {
  if (!(await ownsIdentifier(services, tenant, id, identifier))) throw new BillfoldError('user.not-found')
}
