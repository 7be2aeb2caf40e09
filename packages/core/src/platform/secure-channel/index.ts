export type { SecureChannelCurve } from './curve.ts'
export { type SecureChannel, createSecureChannels } from './secure-channel.ts'
export { parseChannelPrivateKey } from './channel-keys.ts'
export { type SystemChannels, createSystemChannels } from './system-channels.ts'
