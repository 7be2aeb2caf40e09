import { z } from 'zod'
import { type TrustedRow, findTrustedById, stillTrusted } from '../devices/trust.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Write } from '../storage/index.ts'
import type { SessionRow } from './session.ts'
import { keepJson, readJson } from './session-values.ts'

const shape = z.object({ device: z.string() })

/** The writes that make a session stand on the trust in a device, which was shown in place of the face. */
export async function standOnTrust(
  services: Services,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  trusted: TrustedRow,
): Promise<readonly Write[]> {
  return [stillTrusted(trusted), ...(await keepJson(services, session, 'trust', { device: trusted.id }))]
}

/**
 * For the commit of a later step: the trust that the session stands on was not revoked. None where it stands on a face.
 * @throws BillfoldError `login.second-factor` where it was
 */
export async function stillStandsOnTrust(services: Services, session: SessionRow): Promise<readonly Write[]> {
  const kept = await readJson(services, session, 'trust')
  if (kept === undefined) return []
  const trusted = await findTrustedById(services, session.tenant, shape.parse(kept).device)
  if (trusted === undefined) throw new BillfoldError('login.second-factor')
  return [stillTrusted(trusted)]
}
