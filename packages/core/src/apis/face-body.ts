import { z } from 'zod'
import { imageLimits, longestSelfie, readFrames, readSelfie } from '../biometrics/selfie.ts'
import { templateLimits } from '../biometrics/checked-verifier.ts'
import { type DeviceStatement, type ProvenDevice, proveDevice } from '../devices/device-key.ts'
import type { BroughtEvidence } from '../sessions/face-submission.ts'

/** Bytes of a body with a selfie: 5 MiB in base64, encrypted, in base64 again. */
export const selfieBodyLimit: number = Math.ceil((longestSelfie * 4) / 3) + 128 * 1024

/** Text that may be too long for a selfie, which is then told as such. */
const image = z.string().max(2 * longestSelfie)

/** A JSON object of at most 16 KiB. */
export const smallObject: z.ZodType<Record<string, unknown>> = z
  .record(z.string().max(128), z.unknown())
  .refine((value) => JSON.stringify(value).length <= 16 * 1024, 'Larger than 16 KiB')

/** What a device shows of its key: base64 of X and Y of a P-256 key, and of r and s of a signature. */
export const deviceProof = z.object({ publicKey: z.string().max(96), signature: z.string().max(96) })

/** The fields that show a face. */
export const evidenceFields = {
  selfie: image.optional(),
  frames: z.array(image).max(imageLimits.frames).optional(),
  livenessSessionId: z.string().min(1).max(templateLimits.reference).optional(),
  livenessPayload: z.object({ format: z.string().min(1).max(64), data: image }).optional(),
}

/** What a face is submitted with. `deviceId` is a label; trust comes of `device` alone. */
export const faceFields = {
  ...evidenceFields,
  deviceId: z.string().max(256).optional(),
  device: deviceProof.optional(),
  cameraIndicator: smallObject.optional(),
}

const facesShape = z.object(evidenceFields)

/** Reads the images. @throws BillfoldError `selfie.too-large`, `selfie.invalid` */
export function readEvidence(body: z.output<typeof facesShape>): BroughtEvidence {
  const { selfie, frames, livenessSessionId, livenessPayload } = body
  return {
    selfie: selfie === undefined ? undefined : readSelfie(selfie),
    frames: frames === undefined ? undefined : readFrames(frames),
    livenessSessionId,
    payload:
      livenessPayload === undefined
        ? undefined
        : { format: livenessPayload.format, bytes: Uint8Array.from(Buffer.from(livenessPayload.data, 'base64')) },
  }
}

/** The device, where it shows its key. @throws BillfoldError `device.invalid` */
export function provenDevice(
  proof: z.output<typeof deviceProof> | undefined,
  statement: DeviceStatement,
): ProvenDevice | undefined {
  return proof === undefined ? undefined : proveDevice(proof, statement)
}
