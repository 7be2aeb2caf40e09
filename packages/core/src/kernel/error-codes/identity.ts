import type { ErrorTable } from './error-table.ts'

/** The error codes of users. */
export const userErrors = {
  'user.not-found': { status: 404, message: 'User not found' },
  'contact.taken': { status: 409, message: 'Another user has verified this email or phone number' },
  'contact.code-incorrect': { status: 403, message: 'The code is wrong, used or expired' },
  'contact.codes-unavailable': {
    status: 501,
    message: 'No notifier is configured that could deliver a code; the host option notifier sets one',
  },
  'user.limit-reached': { status: 400, message: 'Limit reached for this user' },
} as const satisfies ErrorTable

/** The error codes of signing methods. */
export const signingMethodErrors = {
  'face-check.not-found': { status: 404, message: 'Face check not found, already used, or expired' },
  'signing-method.not-found': { status: 404, message: 'Signing method not found' },
  'signing-method.required': { status: 403, message: 'A signing method is required' },
  'signing-method.pin-must-be-first': { status: 400, message: 'The first signing method must be a PIN' },
  'signing-method.exists': { status: 409, message: 'The user already has a signing method of this type' },
  'signing-method.different-method-required': {
    status: 403,
    message: 'A different signing method of the same user must authorize this',
  },
  'signing-method.pin-not-deletable': { status: 400, message: 'A PIN cannot be deleted' },
  'signing-method.invalid-value': { status: 400, message: 'Invalid value for this type of signing method' },
  'signing-method.unsupported-type': { status: 400, message: 'This type of signing method is not configured' },
  'passkey.unavailable': {
    status: 501,
    message: 'Passkeys are not configured; the module passkeys of @billfold/passkeys adds them',
  },
  'signing-method.no-verifier': {
    status: 501,
    message: 'No biometric verifier is configured; the host option authentication.verifier sets one',
  },
  'signing-method.face-unsupported': { status: 400, message: 'This signing method does not use a face' },
  'signing-method.invalid': { status: 403, message: 'Invalid signing method' },
  'signing-method.locked': { status: 403, message: 'The signing method is locked' },
  'pincode.incorrect': { status: 403, message: 'Incorrect pincode' },
  'pincode.no-tries-left': { status: 403, message: 'No pincode attempts left' },
} as const satisfies ErrorTable

/** The error codes of biometrics. */
export const biometricsErrors = {
  'verifier.unavailable': { status: 503, message: 'Face verification unavailable, try again later' },
  'verification-configuration.not-found': { status: 400, message: 'Verification configuration not found' },
  'verification-configuration.exists': {
    status: 409,
    message: 'A verification configuration with this tag already exists',
  },
  'selfie.invalid': { status: 400, message: 'The image cannot be used' },
  'selfie.too-large': { status: 413, message: 'Image too large' },
  'liveness.required': {
    status: 400,
    message: 'A liveness check is required: start one and submit the frames it asks for',
  },
  'face.inconclusive': { status: 400, message: 'The face could not be verified, try again' },
  'face.not-enrolled': { status: 409, message: 'No matching face is enrolled for this user' },
  'face.not-found': { status: 404, message: 'No matching face found' },
  'gallery.limit-reached': { status: 400, message: 'Limit of enrolled faces reached for this community' },
} as const satisfies ErrorTable

/** The error codes of devices. */
export const deviceErrors = {
  'device.invalid-proof': { status: 401, message: 'Invalid proof of the device key' },
  'device.not-found': { status: 404, message: 'Device not found' },
} as const satisfies ErrorTable

/** The error codes of service keys. */
export const serviceKeyErrors = {
  'service-key.not-found': { status: 404, message: 'Service key not found' },
} as const satisfies ErrorTable

/** The error codes of licences. */
export const licenceErrors = {
  'licence.not-found': { status: 404, message: 'Licence not found' },
} as const satisfies ErrorTable
