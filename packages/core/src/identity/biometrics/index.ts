export type {
  BiometricVerifier,
  Evidence,
  FaceImage,
  FrameHashes,
  Gallery,
  InlineGallery,
  LivenessCheck,
  GalleryMatch,
  VerifierOutcome,
  StartedLiveness,
  FaceTemplate,
  VerifierCapabilities,
  VerifierContext,
} from './verifier.ts'
export type { OutcomeReason } from './outcome-reasons.ts'
export { type ScriptedFace, scriptedSelfie } from './scripted-selfie.ts'
export { type ScriptedVerifierOptions, scriptedVerifier } from './scripted-verifier.ts'
export { imageLimits } from './selfie.ts'
export { type ImageHeader, parseImageHeader } from './image-header.ts'
