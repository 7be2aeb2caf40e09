import { type Act, type AuditEntry, type AuditHead, isAct, type TrailFinding, trailFindings } from '@billfold/core'
import { UsageError } from './command.ts'
import { nounCommand } from './noun-command.ts'
import { required, timeNamed } from './parse-arguments.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'
import { count } from './count.ts'

const text = { type: 'string' } as const

const usage = `billfold audit search [--act ACT] [--subject ID] [--actor ID] [--from DATE] [--to DATE] [--limit NUMBER] [--after ID]
billfold audit head
billfold audit verify [--head NUMBER:HASH]
billfold audit seal [--trust NUMBER:HASH]
billfold audit prune --before DATE

Searches the audit trail of a tenant, newest first; prints the end of the chain that seals the trail of all tenants, to be kept elsewhere;
verifies the chain and every record, with exit code 3 where something is wrong; seals what is new, as the host's maintain() does; forgets
old records.

  --act ACT        user.created, wallet.signed, ...
  --subject ID     what the act was done to
  --actor ID       who did it
  --from DATE      2027-01-31, or a whole ISO 8601 time
  --to DATE        the first moment that no longer counts
  --limit NUMBER   how many records, 1 to 1000; default: 100
  --after ID       the last record of the page before
  --head HEAD      a head that was kept: tells a trail whose end was cut off
  --trust HEAD     goes on from this head although no key vouches for it, after you have looked why
  --before DATE    removes the records that were sealed before
${billfoldUsage}`

/** `billfold audit`: searches, seals and verifies the audit trail. */
export const auditCommand = nounCommand({
  name: 'audit',
  summary: 'search, seal and verify the audit trail',
  usage,
  options: {
    ...billfoldOptions,
    act: text,
    subject: text,
    actor: text,
    from: text,
    to: text,
    limit: text,
    after: text,
    head: text,
    trust: text,
    before: text,
  },
  verbs: {
    search: async (values, _, terminal) => {
      const { tenant, subject, actor, from, to, after, limit } = values
      const query = {
        ...given({ tenant, subject, actor, after }),
        ...(values.act !== undefined && { act: actNamed(values.act) }),
        ...(from !== undefined && { from: timeNamed(from) }),
        ...(to !== undefined && { to: timeNamed(to) }),
        ...(limit !== undefined && { limit: countNamed(limit) }),
      }
      const data = await withBillfold(values, terminal, (billfold) => billfold.audit.search(query))
      const more = data.next === undefined ? '' : `more: --after ${data.next}\n`
      return { text: `${data.records.map(recordLine).join('')}${more}`, data }
    },
    head: async (values, _, terminal) => {
      const data = await withBillfold(values, terminal, (billfold) => billfold.audit.head())
      return { text: `${written(data)}\n`, data }
    },
    verify: async (values, _, terminal) => {
      const options = values.head === undefined ? {} : { head: headNamed(values.head) }
      const data = await withBillfold(values, terminal, (billfold) => billfold.audit.verify(options))
      const { findings, records, links, pruned, head } = data
      const seen = `${count(records, 'record')} in ${count(links, 'link')}${pruned > 0 ? `, ${pruned} pruned` : ''}, head ${written(head)}\n`
      const what = findings.length === 0 ? 'The trail is whole' : count(findings.length, 'finding')
      return { text: `${findings.map(findingLine).join('')}${what}: ${seen}`, data, isBad: findings.length > 0 }
    },
    seal: async (values, _, terminal) => {
      const options = values.trust === undefined ? {} : { trust: headNamed(values.trust) }
      const data = await withBillfold(values, terminal, (billfold) => billfold.audit.seal(options))
      return { text: `Sealed ${count(data.records, 'record')} in ${count(data.links, 'link')}\n`, data }
    },
    prune: async (values, _, terminal) => {
      const before = timeNamed(required(values.before, 'what to remove: --before DATE'))
      const prunedTo = await withBillfold(values, terminal, (billfold) => billfold.audit.prune({ before }))
      return { text: prunedTo === 0 ? 'Nothing to remove\n' : `Removed up to link ${prunedTo}\n`, data: { prunedTo } }
    },
  },
})

function given<K extends string>(values: Readonly<Record<K, string | undefined>>): Partial<Record<K, string>> {
  const entries = Object.entries<string | undefined>(values)
  const known: Partial<Record<string, string>> = Object.fromEntries(entries.filter(([, value]) => value !== undefined))
  return known
}

function actNamed(word: string): Act {
  if (!isAct(word)) throw new UsageError(`There is no act ${JSON.stringify(word)}`)
  return word
}

function countNamed(word: string): number {
  if (!/^[0-9]{1,4}$/.test(word)) throw new UsageError('--limit is a number of 1 to 1000')
  return Number(word)
}

function headNamed(word: string): AuditHead {
  const [, number, hash] = /^([0-9]{1,15}):([0-9a-f]{64})$/.exec(word) ?? []
  if (number === undefined || hash === undefined) throw new UsageError('A head looks like 12:<64 hex digits>')
  return { number: Number(number), hash }
}

function written({ number, hash }: AuditHead): string {
  return `${number}:${hash}`
}

function recordLine({ at, act, actor, subject, detail, link }: AuditEntry): string {
  const further = detail === undefined ? '' : `  ${JSON.stringify(detail)}`
  const sealed = link === null ? 'unsealed' : `link ${link}`
  return `${new Date(at).toISOString()}  ${act}  ${subject}  by ${actor}  ${sealed}${further}\n`
}

function findingLine({ finding, link, record }: TrailFinding): string {
  const where = record === undefined ? `link ${link}` : `link ${link}, record ${record}`
  return `${finding}  ${where}: ${trailFindings[finding]}\n`
}
