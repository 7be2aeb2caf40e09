export type { EnvelopeCurve } from './curve.ts'
export { type Envelope, envelopes } from './envelopes.ts'
export { readPrivateKey } from './keys.ts'
export { type SystemEnvelopes, systemEnvelopes } from './system-key.ts'
