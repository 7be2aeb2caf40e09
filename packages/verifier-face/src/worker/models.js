// The one door to the bundled libraries; models.d.ts says what is used of them.
export * as tensorflow from '@tensorflow/tfjs-core'
export { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
export * as faces from '@vladmandic/face-api/dist/face-api.node-wasm.js'
