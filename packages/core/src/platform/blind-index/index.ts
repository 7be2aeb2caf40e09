export { storageBlindIndex } from './blind-index.ts'
