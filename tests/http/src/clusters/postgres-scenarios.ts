import {
  type ReplicatedPostgres,
  type ReplicationSettings,
  startHaproxy,
  startPgbouncer,
  startPgpool,
  startReplicatedPostgres,
} from '@billfold/test-databases'
import { runConformance } from './conformance.ts'
import { moveMoney } from './move-money.ts'
import { joinOutcomes, type Outcome, type Scenario, toConformanceOutcome, toMoneyOutcome } from './scenario.ts'

const dialect = 'postgres'
const poolModes = [
  [true, 'with pool'],
  [false, 'without pool'],
] as const

/** PostgreSQL with a standby, and the proxies in front of it. */
export const postgresScenarios: readonly Scenario[] = [
  ...poolModes.map(
    ([pool, what]): Scenario => ({
      name: `PostgreSQL, synchronous standby, HAProxy that asks for the primary, ${what}`,
      run: (payments) =>
        withPostgres({ synchronousCommit: 'on' }, async (cluster) => {
          const proxy = await startHaproxy('primary', [cluster.primary.port, cluster.standby.port])
          const report = await moveMoney({ dialect, urls: [proxy.url], pool }, payments, failOver(cluster))
          await proxy.stop()
          return toMoneyOutcome('the primary killed with -9, the standby promoted', report)
        }),
    }),
  ),
  ...['repeatable read', 'serializable'].map(
    (level): Scenario => ({
      name: `PostgreSQL, ${level} by default`,
      run: () =>
        withPostgres({}, async (cluster) => {
          const url = new URL(cluster.primary.url)
          url.searchParams.set('options', `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`)
          const conforms = (pool: boolean) =>
            runConformance({ dialect, urls: [url.href], pool }, pool ? 'with_' : 'without_')
          return joinOutcomes(
            toConformanceOutcome('with pool', await conforms(true)),
            toConformanceOutcome('without pool', await conforms(false)),
          )
        }),
    }),
  ),
  {
    name: 'PgBouncer in transaction mode',
    run: (payments) =>
      withPostgres({}, async (cluster) => {
        const outcomes: Outcome[] = []
        for (const [pool, what] of poolModes) {
          const proxy = await startPgbouncer(cluster.primary.port)
          const reached = { dialect, urls: [proxy.url], pool } as const
          outcomes.push(toConformanceOutcome(what, await runConformance(reached, pool ? 'with_' : 'without_')))
          if (!pool)
            outcomes.push(
              toMoneyOutcome(
                'the primary stopped and started, twice',
                await moveMoney(reached, payments, restart(cluster)),
              ),
            )
          await proxy.stop()
        }
        return joinOutcomes(...outcomes)
      }),
  },
  {
    name: 'Pgpool-II that sends reads to the standby',
    run: () =>
      withPostgres({ synchronousCommit: 'on' }, async (cluster) => {
        const proxy = await startPgpool(cluster.primary.port, cluster.standby.port)
        const reached = { dialect, urls: [proxy.url], pool: false } as const
        const conformance = await runConformance({ ...reached, cluster: 'pgpool' }, 'named_')
        await proxy.stop()
        return toConformanceOutcome(`with cluster: 'pgpool'`, conformance)
      }),
  },
]

async function withPostgres(
  settings: ReplicationSettings,
  work: (cluster: ReplicatedPostgres) => Promise<Outcome>,
): Promise<Outcome> {
  const cluster = await startReplicatedPostgres(settings)
  try {
    return await work(cluster)
  } finally {
    await cluster.stop()
  }
}

function failOver(cluster: ReplicatedPostgres) {
  return {
    disturbances: 1,
    disturb: async () => {
      await cluster.primary.kill()
      await cluster.promote()
    },
  }
}

function restart(cluster: ReplicatedPostgres) {
  return {
    disturbances: 2,
    disturb: async () => {
      await cluster.primary.stop()
      await cluster.primary.start()
    },
  }
}
