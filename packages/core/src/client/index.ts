export { AuthenticationClientError } from './client-error.ts'
export { type ClientCall, connect, type Connection, type ConnectionOptions } from './connection.ts'
export type { ClientCurve } from './curve.ts'
export { type ClientSecureChannel, createClientSecureChannel } from './secure-channel.ts'
export {
  type FaceCaptureResult,
  type FaceCapture,
  requestLivenessChallenge,
  submitFaceCapture,
  verifyPin,
} from './face-and-pin.ts'
export {
  type PasskeyStepResult,
  type PasskeySubmission,
  requestPasskeyOptions,
  submitPasskey,
} from './passkey-step.ts'
export type { JsonObject } from './json-object.ts'
export { type ClientKeyPair, toClientKeyPair, generateClientKeyPair } from './key-pair.ts'
export {
  checkEnrollment,
  type EnrolmentLookup,
  identifySelfie,
  type TenantServiceKey,
  loginUrl,
  requestSession,
  type SessionRequest,
  replaceTenantServiceKey,
  listTenantServiceKeys,
  getSessionResponse,
} from './relying-party.ts'
export { type PaymentProofContext, provePaymentKey, verifyPaymentProof } from './payment-proof.ts'
export {
  awaitSessionResult,
  type PollOptions,
  poll,
  getSessionResult,
  type SessionResultReply,
} from './session-result.ts'
export {
  createPasskey,
  formatPasskeyMethod,
  type PasskeyBrowser,
  type PasskeyRequest,
  type PasskeyResponse,
  signalAcceptedPasskeys,
  signalUnknownPasskey,
  usePasskey,
} from './passkeys.ts'
