// Replaces the full TensorFlow.js for the face library: the core with chained tensor operations.
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'
export * from '@tensorflow/tfjs-core'
