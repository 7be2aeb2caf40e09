import { migrate } from '@billfold/storage-kysely'
import { connectTo, type GaleraCluster, startGalera, startHaproxy } from '@billfold/test-databases'
import { measureChecks } from './check-cost.ts'
import { type Reached, runConformance } from './conformance.ts'
import { moveMoney } from './move-money.ts'
import { joinOutcomes, type Outcome, type Scenario, toConformanceOutcome, toMoneyOutcome } from './scenario.ts'
import { measureSkew } from './write-skew.ts'

const dialect = 'mysql'
const skewRounds = 100
const costSeconds = 5

/** MariaDB Galera Cluster with three nodes. */
export const galeraScenarios: readonly Scenario[] = [
  {
    name: 'Galera, three writers',
    run: (payments) =>
      withGalera(async (cluster) => {
        const urls = cluster.nodes.map(({ url }) => url)
        const reached: Reached = { dialect, urls, cluster: 'galera' }
        return joinOutcomes(
          await migrateOnEachNode(urls),
          toConformanceOutcome('one storage on each node', await runConformance(reached, 'conformance_')),
          await describeSkew({ dialect, urls }, 'without the option cluster'),
          await describeSkew(reached, 'with the option cluster'),
          await describeCost(urls),
          toMoneyOutcome(
            'a node killed with -9 and joined again, twice',
            await moveMoney(reached, payments, killNode(cluster, 1)),
          ),
        )
      }),
  },
  {
    name: 'Galera, one writer behind HAProxy',
    run: (payments) =>
      withGalera(async (cluster) => {
        const proxy = await startHaproxy(
          'first',
          cluster.nodes.map(({ port }) => port),
        )
        const reached: Reached = { dialect, urls: [proxy.url], cluster: 'galera' }
        const report = await moveMoney(reached, payments, killNode(cluster, 0))
        await proxy.stop()
        return toMoneyOutcome('the writer killed with -9 and joined again, twice', report)
      }),
  },
]

async function withGalera(work: (cluster: GaleraCluster) => Promise<Outcome>): Promise<Outcome> {
  const cluster = await startGalera()
  try {
    return await work(cluster)
  } finally {
    await cluster.stop()
  }
}

function killNode({ nodes }: GaleraCluster, at: number) {
  const node = nodes[at]
  return {
    disturbances: 2,
    disturb: async () => {
      await node?.kill()
      await new Promise((resolve) => setTimeout(resolve, 3000))
      await node?.rejoin()
    },
  }
}

async function migrateOnEachNode(urls: readonly string[]): Promise<Outcome> {
  const databases = urls.map((url) => connectTo(dialect, url))
  const outcomes = await Promise.allSettled(databases.map((db) => migrate(db, { dialect, cluster: 'galera' })))
  await Promise.all(databases.map((db) => db.destroy()))
  const done = outcomes.filter(({ status }) => status === 'fulfilled').length
  return {
    lines: [`migrate() from each node at once: ${done} of ${urls.length} succeed`],
    isSound: done === urls.length,
  }
}

/** Without the option nothing is promised, so that any result is sound. */
async function describeSkew(reached: Reached, what: string): Promise<Outcome> {
  const prefix = reached.cluster === undefined ? 'plain_skew_' : 'skew_'
  const { both, staleReads } = await measureSkew(reached, skewRounds, prefix)
  const line = `${what}: of ${skewRounds} pairs of exclusive batches ${both} are both applied, ${staleReads} of ${skewRounds} reads are stale`
  return { lines: [line], isSound: reached.cluster === undefined || both + staleReads === 0 }
}

async function describeCost(urls: readonly string[]): Promise<Outcome> {
  const lines: string[] = []
  for (const [what, used] of [
    ['one node', urls.slice(0, 1)],
    ['three nodes', urls],
  ] as const) {
    for (const sharesRow of [false, true]) {
      const prefix = `cost_${used.length}_${sharesRow ? 1 : 0}_`
      const plain = await measureChecks({ dialect, urls: used }, costSeconds, `${prefix}p_`, sharesRow)
      const certified = await measureChecks(
        { dialect, urls: used, cluster: 'galera' },
        costSeconds,
        `${prefix}c_`,
        sharesRow,
      )
      const rows = sharesRow ? 'one row' : 'a row for each client'
      lines.push(
        `check and insert by 8 clients on ${what}, ${rows}: ${plain.toFixed(0)} commits a second without the option, ${certified.toFixed(0)} with it, ratio ${(certified / plain).toFixed(2)}`,
      )
    }
  }
  return { lines, isSound: true }
}
