export {
  accessibilityProblems,
  browserPath,
  type OpenBrowser,
  openBrowser,
  type Scene,
  sizes,
  type Visitor,
} from './browser.ts'
export { faceCamera } from './face-camera.ts'
export { withoutPoses } from './without-poses.ts'
