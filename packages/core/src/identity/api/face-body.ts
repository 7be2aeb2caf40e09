import { parseBase64 } from '../../kernel/base64.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { z } from 'zod'
import { imageLimits, maxSelfieLength, parseFrames, parseSelfie } from '../biometrics/selfie.ts'
import { templateLimits } from '../biometrics/verifier-client.ts'
import { type DeviceStatement, type VerifiedDevice, verifyDeviceProof } from '../devices/device-key.ts'
import type { PresentedEvidence } from '../biometrics/presented-evidence.ts'

/** Limit of a body with a selfie, in bytes: 5 MiB in base64, encrypted, in base64 again. */
export const selfieBodyLimit: number = Math.ceil((maxSelfieLength * 4) / 3) + 128 * 1024

/** Text of an image. The limit is above that of a selfie, so that a longer one fails with `selfie.too-large`. */
const image = z.string().max(2 * maxSelfieLength)

/** Schema of a JSON object of at most 16 KiB. */
export const smallJsonObject: z.ZodType<Record<string, unknown>> = z
  .record(z.string().max(128), z.unknown())
  .refine((value) => JSON.stringify(value).length <= 16 * 1024, 'Larger than 16 KiB')

/** Schema of a device proof: base64 of X and Y of a P-256 key, and of r and s of a signature. */
export const deviceProofSchema = z.object({ publicKey: z.string().max(96), signature: z.string().max(96) })

/** Fields with the evidence of a face. */
export const evidenceFields = {
  selfie: image.optional(),
  frames: z.array(image).max(imageLimits.frames).optional(),
  livenessSessionId: z.string().min(1).max(templateLimits.reference).optional(),
  livenessPayload: z.object({ format: z.string().min(1).max(64), data: image }).optional(),
}

/** Fields of a face submission. `deviceId` is only a label; trust depends on `device` alone. */
export const faceFields = {
  ...evidenceFields,
  deviceId: z.string().max(256).optional(),
  device: deviceProofSchema.optional(),
  cameraIndicator: smallJsonObject.optional(),
}

const evidenceSchema = z.object(evidenceFields)

/** Parses the images of a submission. @throws BillfoldError `selfie.too-large`, `selfie.invalid`, `input.invalid` */
export function parseEvidence(body: z.output<typeof evidenceSchema>): PresentedEvidence {
  const { selfie, frames, livenessSessionId, livenessPayload } = body
  return {
    selfie: selfie === undefined ? undefined : parseSelfie(selfie),
    frames: frames === undefined ? undefined : parseFrames(frames),
    livenessSessionId,
    payload: livenessPayload === undefined ? undefined : parsePayload(livenessPayload),
  }
}

function parsePayload({ format, data }: { readonly format: string; readonly data: string }): {
  readonly format: string
  readonly bytes: Uint8Array
} {
  const bytes = parseBase64(data)
  if (bytes === undefined) {
    const issues = [{ path: 'livenessPayload.data', message: 'must be base64' }]
    throw new BillfoldError('input.invalid', { issues })
  }
  return { format, bytes: Uint8Array.from(bytes) }
}

/** Verifies the device proof, if there is one. @throws BillfoldError `device.invalid-proof` */
export function verifyOptionalDeviceProof(
  proof: z.output<typeof deviceProofSchema> | undefined,
  statement: DeviceStatement,
): VerifiedDevice | undefined {
  return proof === undefined ? undefined : verifyDeviceProof(proof, statement)
}
