export { markingStorage } from './acts.ts'
export type { KeptReply } from './kept-reply.ts'
export { forgetKeys, type KeyedCall, once, type Outcome } from './once.ts'
