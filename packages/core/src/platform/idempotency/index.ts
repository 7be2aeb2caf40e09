export { idempotencyTrackingStorage, type TrackedStorage } from './idempotent-request.ts'
export type { StoredReply } from './stored-reply.ts'
export {
  type IdempotentCall,
  executeOnce,
  type IdempotentOutcome,
} from './execute-once.ts'
