import { type Act, type AuditEntry, type AuditHead, isAct, type TrailFinding, trailFindings } from '@billfold/core'
import { UsageError } from './command.ts'
import { nounCommand } from './noun-command.ts'
import { required, timeNamed } from './parse-arguments.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'
import { count } from './count.ts'

const text = { type: 'string' } as const

const usage = `billfold audit search [--action ACTION] [--subject ID] [--actor ID] [--from DATE] [--to DATE] [--limit NUMBER] [--after ID]
billfold audit checkpoint [--trusted-checkpoint NUMBER:HASH]
billfold audit latest-checkpoint
billfold audit verify [--checkpoint NUMBER:HASH]
billfold audit prune --before DATE

Works on the audit log.

  search             lists records of a tenant, newest first
  checkpoint         adds new records of all tenants to the hash chain, as the host's maintain() does
  latest-checkpoint  prints the end of the hash chain; store it outside the database
  verify             verifies the chain and every record; exit code 3 if there are problems
  prune              deletes old records

  --action ACTION  user.created, wallet.signed, ...
  --subject ID     the id of the object that the action was applied to
  --actor ID       the id of the actor
  --from DATE      start of the time range: 2027-01-31, or an ISO 8601 time
  --to DATE        end of the time range, exclusive
  --limit NUMBER   maximum number of records, 1 to 1000; default: 100
  --after ID       the last record of the previous page
  --checkpoint CHECKPOINT          a stored checkpoint, to detect a truncated chain
  --trusted-checkpoint CHECKPOINT  continue from this checkpoint although it cannot be authenticated; investigate the cause first
  --before DATE    delete records that were added to the chain before this time
${billfoldUsage}`

/** `billfold audit`: searches, checkpoints, verifies and prunes the audit log. */
export const auditCommand = nounCommand({
  name: 'audit',
  summary: 'search, checkpoint, verify and prune the audit log',
  usage,
  options: {
    ...billfoldOptions,
    action: text,
    subject: text,
    actor: text,
    from: text,
    to: text,
    limit: text,
    after: text,
    checkpoint: text,
    'trusted-checkpoint': text,
    before: text,
  },
  verbs: {
    search: async (values, _, terminal) => {
      const { tenant, subject, actor, from, to, after, limit } = values
      const query = {
        ...withoutUndefined({ tenant, subject, actor, after }),
        ...(values.action !== undefined && { act: parseAction(values.action) }),
        ...(from !== undefined && { from: timeNamed(from) }),
        ...(to !== undefined && { to: timeNamed(to) }),
        ...(limit !== undefined && { limit: parseLimit(limit) }),
      }
      const data = await withBillfold(values, terminal, (billfold) => billfold.audit.search(query))
      const more = data.next === undefined ? '' : `more: --after ${data.next}\n`
      return { text: `${data.records.map(formatRecord).join('')}${more}`, data }
    },
    'latest-checkpoint': async (values, _, terminal) => {
      const data = await withBillfold(values, terminal, (billfold) => billfold.audit.head())
      return { text: `${formatCheckpoint(data)}\n`, data }
    },
    verify: async (values, _, terminal) => {
      const options = values.checkpoint === undefined ? {} : { head: parseCheckpoint(values.checkpoint) }
      const data = await withBillfold(values, terminal, (billfold) => billfold.audit.verify(options))
      const { findings, records, links, pruned, head } = data
      const prunedText = pruned > 0 ? `, ${pruned} pruned` : ''
      const counts = `${count(records, 'record')} in ${count(links, 'link')}${prunedText}`
      const totals = `${counts}, checkpoint ${formatCheckpoint(head)}\n`
      const what = findings.length === 0 ? 'The audit log is intact' : count(findings.length, 'problem')
      return { text: `${findings.map(formatFinding).join('')}${what}: ${totals}`, data, isBad: findings.length > 0 }
    },
    checkpoint: async (values, _, terminal) => {
      const trusted = values['trusted-checkpoint']
      const options = trusted === undefined ? {} : { trust: parseCheckpoint(trusted) }
      const data = await withBillfold(values, terminal, (billfold) => billfold.audit.seal(options))
      return { text: `Added ${count(data.records, 'record')} in ${count(data.links, 'link')}\n`, data }
    },
    prune: async (values, _, terminal) => {
      const before = timeNamed(required(values.before, '--before DATE'))
      const prunedTo = await withBillfold(values, terminal, (billfold) => billfold.audit.prune({ before }))
      return { text: prunedTo === 0 ? 'Nothing to prune\n' : `Pruned up to link ${prunedTo}\n`, data: { prunedTo } }
    },
  },
})

function withoutUndefined<K extends string>(
  values: Readonly<Record<K, string | undefined>>,
): Partial<Record<K, string>> {
  const entries = Object.entries<string | undefined>(values)
  const known: Partial<Record<string, string>> = Object.fromEntries(entries.filter(([, value]) => value !== undefined))
  return known
}

function parseAction(word: string): Act {
  if (!isAct(word)) throw new UsageError(`Unknown audit action: ${JSON.stringify(word)}`)
  return word
}

function parseLimit(word: string): number {
  if (!/^[0-9]{1,4}$/.test(word)) throw new UsageError(`--limit must be a number from 1 to 1000: ${word}`)
  return Number(word)
}

function parseCheckpoint(word: string): AuditHead {
  const [, number, hash] = /^([0-9]{1,15}):([0-9a-f]{64})$/.exec(word) ?? []
  if (number === undefined || hash === undefined)
    throw new UsageError(`A checkpoint has the form 12:<64 hex digits>: ${word}`)
  return { number: Number(number), hash }
}

function formatCheckpoint({ number, hash }: AuditHead): string {
  return `${number}:${hash}`
}

function formatRecord({ at, act, actor, subject, detail, link }: AuditEntry): string {
  const further = detail === undefined ? '' : `  ${JSON.stringify(detail)}`
  const chain = link === null ? 'not in chain' : `link ${link}`
  return `${new Date(at).toISOString()}  ${act}  ${subject}  by ${actor}  ${chain}${further}\n`
}

function formatFinding({ finding, link, record }: TrailFinding): string {
  const where = record === undefined ? `link ${link}` : `link ${link}, record ${record}`
  return `${finding}  ${where}: ${trailFindings[finding]}\n`
}
