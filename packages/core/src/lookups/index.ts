export { type Lookups, storageLookups } from './lookups.ts'
export { lookupSecrets } from './table.ts'
