import { BillfoldError } from '../../../kernel/errors.ts'
import type { SessionRow } from '../../sessions/session.ts'
import type { SessionRoutesContext } from '../context.ts'
import { isConsentMissing } from './page-settings-route.ts'
import { resolveRelyingParty } from './relying-party.ts'

/**
 * Requires the consent that the page of a session asks for, before anything is done with a face. An app asks its users itself.
 * @throws BillfoldError `session.consent-required`
 */
export async function assertConsent(api: SessionRoutesContext, session: SessionRow): Promise<void> {
  if (session.browserHash === null || api.options.page?.relyingParty === undefined) return
  const { privacyNotice } = await resolveRelyingParty(api.options.page, session)
  if (privacyNotice !== undefined && (await isConsentMissing(api, session, privacyNotice)))
    throw new BillfoldError('session.consent-required')
}
