export { storageLookups } from './lookups.ts'
export { lookupSecrets } from './table.ts'
