export { Refusal, type RefusalCode } from './refusal.ts'
