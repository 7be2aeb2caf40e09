import type { Cluster, Flavour } from '../sql/dialect.ts'
import type { SessionRule } from './session-rules.ts'

/** Unset on a MariaDB that was built without Galera, where the name of the variable itself would be an error. */
const sessionVariable = (name: string): string =>
  `(select max(variable_value) from information_schema.session_variables where variable_name = '${name}')`

const singleServer: SessionRule = {
  setting: 'wsrep_on',
  sql: sessionVariable('WSREP_ON'),
  accepts: (value) => value.toUpperCase() !== 'ON',
  effect:
    'other nodes of the Galera cluster do not see the checks of a commit, and reads miss what other nodes have committed',
  cure: `pass cluster: 'galera' to migrate() and kyselyStorage(), or --cluster galera to the command line`,
}

const galera: readonly SessionRule[] = [
  {
    setting: 'wsrep_on',
    sql: sessionVariable('WSREP_ON'),
    accepts: (value) => value.toUpperCase() === 'ON',
    effect: 'what the session writes stays on this node',
    cure: `remove "set wsrep_on = 0"; without Galera, remove cluster: 'galera'`,
  },
  {
    setting: 'wsrep_dirty_reads',
    sql: sessionVariable('WSREP_DIRTY_READS'),
    accepts: (value) => value.toUpperCase() !== 'ON',
    effect: 'a node that has left the cluster answers with old rows',
    cure: 'set wsrep_dirty_reads = OFF',
  },
  {
    setting: 'wsrep_osu_method',
    sql: sessionVariable('WSREP_OSU_METHOD'),
    accepts: (value) => value.toUpperCase() !== 'RSU',
    effect: 'a migration changes the tables of this node only',
    cure: 'set wsrep_osu_method = TOI',
  },
]

const otherFlavour: SessionRule = {
  setting: 'cluster',
  sql: 'version()',
  accepts: () => false,
  effect: `cluster: 'galera' is for MariaDB`,
  cure: 'connect to MariaDB, or remove the option',
}

/** The settings on which the storage depends in a cluster, or outside of one. */
export function clusterRules(flavour: Flavour, cluster: Cluster | undefined): readonly SessionRule[] {
  if (cluster === 'galera') return flavour === 'mariadb' ? galera : [otherFlavour]
  return flavour === 'mariadb' ? [singleServer] : []
}
