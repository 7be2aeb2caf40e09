export type {
  BiometricVerifier,
  Evidence,
  FaceImage,
  Gallery,
  InlineGallery,
  Match,
  Outcome,
  Reason,
  StartedLiveness,
  Template,
  VerifierCapabilities,
  VerifierContext,
} from './verifier.ts'
