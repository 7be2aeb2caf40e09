export { type Lookups, type LookupsOptions, storageLookups } from './lookups.ts'
export { lookupSecrets } from './table.ts'
