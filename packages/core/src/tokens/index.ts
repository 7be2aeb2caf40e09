export * from './issuer.ts'
