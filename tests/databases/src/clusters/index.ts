export { type GaleraCluster, type GaleraNode, missingForGalera, startGalera } from './galera.ts'
export {
  missingForPostgres,
  type PostgresServer,
  type ReplicatedPostgres,
  type ReplicationSettings,
  startReplicatedPostgres,
} from './postgres-replication.ts'
export { missingProxies, type Proxy, startHaproxy, startPgbouncer, startPgpool } from './proxies.ts'
export { requiredEngines } from './required.ts'
