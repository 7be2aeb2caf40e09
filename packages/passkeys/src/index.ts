export { simpleWebAuthnVerifier } from './verifier/simple-webauthn-verifier.ts'
