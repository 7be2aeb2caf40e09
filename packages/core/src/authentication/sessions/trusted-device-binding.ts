import type { IdentityServices } from '../../identity/services.ts'
import { z } from 'zod'
import {
  type TrustedDeviceRow,
  findTrustedDeviceById,
  deviceTrustStillValid,
} from '../../identity/devices/trusted-devices.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Write } from '../../kernel/storage/index.ts'
import type { SessionRow } from './session.ts'
import { saveSessionJsonWrites, findSessionJson } from './session-values.ts'

const bindingSchema = z.object({ device: z.string() })

/** Builds the writes that bind a session to a trusted device, which replaces the face step. */
export async function bindToTrustedDevice(
  services: IdentityServices,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  trusted: TrustedDeviceRow,
): Promise<readonly Write[]> {
  return [
    deviceTrustStillValid(trusted),
    ...(await saveSessionJsonWrites(services, session, 'trust', { device: trusted.id })),
  ]
}

/**
 * Builds the precondition that the device a session is bound to is still trusted. Returns none for a session without such a binding.
 * @throws BillfoldError `login.second-factor-required` if the trust was revoked
 */
export async function trustedDeviceStillValid(
  services: IdentityServices,
  session: SessionRow,
): Promise<readonly Write[]> {
  const stored = await findSessionJson(services, session, 'trust')
  if (stored === undefined) return []
  const trusted = await findTrustedDeviceById(services, session.tenant, bindingSchema.parse(stored).device)
  if (trusted === undefined) throw new BillfoldError('login.second-factor-required')
  return [deviceTrustStillValid(trusted)]
}
