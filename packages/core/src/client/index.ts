export { AuthenticationClientError } from './client-error.ts'
export { type Call, connect, type Connection, type ConnectionOptions } from './connection.ts'
export type { Curve } from './curve.ts'
export { type ClientEnvelope, clientEnvelope } from './envelope.ts'
export { type FaceResult, type FaceSubmission, startLiveness, submitFace, verifyPin } from './face-and-pin.ts'
export type { Fields } from './fields.ts'
export { type KeyPair, keyPairOf, newKeyPair } from './key-pair.ts'
export {
  checkEnrollment,
  type EnrolmentAsked,
  identifySelfie,
  type ListedServiceKey,
  loginUrl,
  newSession,
  type NewSession,
  resetServiceKey,
  serviceKeys,
  sessionResponse,
} from './relying-party.ts'
export { type PaymentProofContext, provePaymentKey, verifyPaymentProof } from './payment-proof.ts'
export { awaitSessionResult, type Patience, poll, sessionResult, type SessionResult } from './session-result.ts'
