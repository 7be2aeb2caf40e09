// Single entry point to the bundled libraries; typed by models.d.ts.
export * as tensorflow from '@tensorflow/tfjs-core'
export { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
export * as faces from '@vladmandic/face-api/dist/face-api.node-wasm.js'
