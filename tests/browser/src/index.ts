export {
  findAccessibilityProblems,
  browserPath,
  type CameraBrowser,
  launchBrowser,
  type Scene,
  sizes,
  type Visitor,
} from './browser.ts'
export { faceCamera } from './face-camera.ts'
export { type PageFramework, pageFrameworks } from './page-frameworks.ts'
export { shortenWaits } from './shorten-waits.ts'
export { addAuthenticator, type AuthenticatorOptions, type VirtualAuthenticator } from './virtual-authenticator.ts'
