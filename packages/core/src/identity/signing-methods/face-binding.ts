import { findFacePerson } from '../biometrics/face-people.ts'
import { computeThumbprint } from '../devices/device-key.ts'
import { findTrustedDevice } from '../devices/trusted-devices.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { type FaceMethodContext, requireFaceRecognition } from './face-method-context.ts'

/** Binding of a signing method to a device that its user trusts and to the user's face in a community. */
export interface FaceBinding {
  /** RFC 7638 thumbprint of the device's public key: 43 characters. */
  readonly device: string
  /** Id of the enrolled person. A face that is enrolled after this one was removed has another id. */
  readonly person: string
}

/**
 * Resolves the face binding for a signing method of a user.
 * @param devicePublicKey public key of the device: base64 of X and Y of a P-256 key, 64 bytes
 * @throws BillfoldError `signing-method.no-verifier`, `device.invalid-proof`, `face.not-enrolled`; `device.not-found` if the user
 *   does not trust the device
 */
export async function resolveFaceBinding(
  setup: FaceMethodContext,
  tenant: string,
  userId: string,
  devicePublicKey: string,
): Promise<FaceBinding> {
  const { services, community } = setup
  requireFaceRecognition(setup)
  const device = computeThumbprint(devicePublicKey)
  if ((await findTrustedDevice(services, tenant, userId, { thumbprint: device })) === undefined)
    throw new BillfoldError('device.not-found')
  const person = await findFacePerson(services, { tenant, community, userId })
  if (person === undefined || person.templates === 0) throw new BillfoldError('face.not-enrolled')
  return { device, person: person.id }
}
