// What the face library takes for all of TensorFlow.js: the core, with its operations chained to tensors.
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'
export * from '@tensorflow/tfjs-core'
