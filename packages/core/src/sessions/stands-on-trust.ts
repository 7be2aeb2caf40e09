import { z } from 'zod'
import { type TrustedRow, findTrustedById, stillTrusted } from '../devices/trust.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Write } from '../storage/index.ts'
import type { SessionRow } from './session.ts'
import { keepJson, readJson } from './session-values.ts'

const bindingSchema = z.object({ device: z.string() })

/** Builds the writes that bind a session to a trusted device, which replaces the face step. */
export async function standOnTrust(
  services: Services,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  trusted: TrustedRow,
): Promise<readonly Write[]> {
  return [stillTrusted(trusted), ...(await keepJson(services, session, 'trust', { device: trusted.id }))]
}

/**
 * Builds the precondition that the device a session is bound to is still trusted. Returns none for a session without such a binding.
 * @throws BillfoldError `login.second-factor-required` if the trust was revoked
 */
export async function stillStandsOnTrust(services: Services, session: SessionRow): Promise<readonly Write[]> {
  const stored = await readJson(services, session, 'trust')
  if (stored === undefined) return []
  const trusted = await findTrustedById(services, session.tenant, bindingSchema.parse(stored).device)
  if (trusted === undefined) throw new BillfoldError('login.second-factor')
  return [stillTrusted(trusted)]
}
