export type {
  BiometricVerifier,
  Evidence,
  FaceImage,
  Gallery,
  InlineGallery,
  Match,
  Outcome,
  StartedLiveness,
  Template,
  VerifierCapabilities,
  VerifierContext,
} from './verifier.ts'
export type { Reason } from './reasons.ts'
export { type ScriptedFace, scriptedSelfie } from './scripted-selfie.ts'
export { type ScriptedVerifierOptions, scriptedVerifier } from './scripted-verifier.ts'
export { imageLimits } from './selfie.ts'
export { type ImageHeader, readImageHeader } from './image-header.ts'
