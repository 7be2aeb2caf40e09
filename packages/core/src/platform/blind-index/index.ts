export { storageBlindIndex } from './blind-index.ts'
export { blindIndexSecrets } from './table.ts'
