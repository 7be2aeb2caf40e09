export { type FaceVerifierOptions, faceVerifier } from './verifier.ts'
