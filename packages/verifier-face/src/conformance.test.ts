import type { FaceImage, StartedLiveness } from '@billfold/core/biometrics'
import {
  anna,
  toImage,
  others,
  type Pixels,
  portraitJpeg,
  portraitPixels,
  type PresentedStep,
  presentFrames,
  seededRandom,
  straight,
} from '@billfold/test-photos'
import { describeBiometricVerifier } from '@billfold/testing'
import sharp from 'sharp'
import { faceVerifier } from './verifier.ts'

function image(bytes: Uint8Array, side = 640): FaceImage {
  return { mediaType: 'image/jpeg', bytes: Uint8Array.from(bytes), width: side, height: side }
}

function isStep(step: unknown): step is PresentedStep {
  return typeof step === 'string' && ['turn_left', 'turn_right', 'open_mouth'].includes(step)
}

/** Frames of a person who follows the challenge: straight ahead first, then each step. */
async function createFrames(person: Pixels, { client }: StartedLiveness): Promise<readonly FaceImage[]> {
  const steps: unknown = client['steps']
  const wanted = Array.isArray(steps) ? steps.filter(isStep) : []
  return (await presentFrames('live person (rendered)', person, wanted, seededRandom(1))).map((bytes) => image(bytes))
}

describeBiometricVerifier('the face verifier', async () => {
  const [verifier, secondInstance] = [faceVerifier(), faceVerifier({ decoder: 'javascript' })]
  const boris = await portraitPixels(straight)
  const stranger = others[7]
  if (stranger === undefined) throw new Error('there are twelve others')
  const grey = sharp({ create: { width: 640, height: 640, channels: 3, background: '#777' } })
  return {
    verifier,
    secondInstance,
    faces: {
      anna: [image(await portraitJpeg(anna[1])), image(await portraitJpeg(anna[0]))],
      boris: [
        image(await toImage(boris).jpeg().toBuffer()),
        image(await toImage(boris).jpeg({ quality: 40 }).toBuffer()),
      ],
      stranger: image(await portraitJpeg(stranger)),
      noFace: image(await grey.jpeg().toBuffer()),
    },
    createLiveEvidence: async (started) => ({ kind: 'frames', frames: await createFrames(boris, started) }),
    close: async () => {
      await Promise.all([verifier.close(), secondInstance.close()])
    },
  }
})
