import {
  type AuditAction,
  type AuditEntry,
  type AuditCheckpoint,
  isAuditAction,
  type AuditLogFinding,
  auditLogFindings,
} from '@billfold/core'
import { UsageError } from './command.ts'
import { createCommandGroup } from './command-group.ts'
import { requireArgument, parseTime } from './parse-arguments.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'
import { formatCount } from './format-count.ts'

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
export const auditCommand = createCommandGroup({
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
  subcommands: {
    search: async (values, _, terminal) => {
      const { tenant, subject, actor, from, to, after, limit } = values
      const query = {
        ...withoutUndefined({ tenant, subject, actor, after }),
        ...(values.action !== undefined && { action: parseAction(values.action) }),
        ...(from !== undefined && { from: parseTime(from) }),
        ...(to !== undefined && { to: parseTime(to) }),
        ...(limit !== undefined && { limit: parseLimit(limit) }),
      }
      const data = await withBillfold(values, terminal, (billfold) => billfold.audit.search(query))
      const more = data.next === undefined ? '' : `more: --after ${data.next}\n`
      return { text: `${data.records.map(formatRecord).join('')}${more}`, data }
    },
    'latest-checkpoint': async (values, _, terminal) => {
      const data = await withBillfold(values, terminal, (billfold) => billfold.audit.latestCheckpoint())
      return { text: `${formatCheckpoint(data)}\n`, data }
    },
    verify: async (values, _, terminal) => {
      const options = values.checkpoint === undefined ? {} : { checkpoint: parseCheckpoint(values.checkpoint) }
      const data = await withBillfold(values, terminal, (billfold) => billfold.audit.verify(options))
      const { findings, records, links, pruned, checkpoint } = data
      const prunedText = pruned > 0 ? `, ${pruned} pruned` : ''
      const counts = `${formatCount(records, 'record')} in ${formatCount(links, 'link')}${prunedText}`
      const totals = `${counts}, checkpoint ${formatCheckpoint(checkpoint)}\n`
      const what = findings.length === 0 ? 'The audit log is intact' : formatCount(findings.length, 'problem')
      return {
        text: `${findings.map(formatFinding).join('')}${what}: ${totals}`,
        data,
        hasProblems: findings.length > 0,
      }
    },
    checkpoint: async (values, _, terminal) => {
      const trusted = values['trusted-checkpoint']
      const options = trusted === undefined ? {} : { trustedCheckpoint: parseCheckpoint(trusted) }
      const data = await withBillfold(values, terminal, (billfold) => billfold.audit.checkpoint(options))
      return { text: `Added ${formatCount(data.records, 'record')} in ${formatCount(data.links, 'link')}\n`, data }
    },
    prune: async (values, _, terminal) => {
      const before = parseTime(requireArgument(values.before, '--before DATE'))
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

function parseAction(word: string): AuditAction {
  if (!isAuditAction(word)) throw new UsageError(`Unknown audit action: ${JSON.stringify(word)}`)
  return word
}

function parseLimit(word: string): number {
  if (!/^[0-9]{1,4}$/.test(word)) throw new UsageError(`--limit must be a number from 1 to 1000: ${word}`)
  return Number(word)
}

function parseCheckpoint(word: string): AuditCheckpoint {
  const [, number, hash] = /^([0-9]{1,15}):([0-9a-f]{64})$/.exec(word) ?? []
  if (number === undefined || hash === undefined)
    throw new UsageError(`A checkpoint has the form 12:<64 hex digits>: ${word}`)
  return { number: Number(number), hash }
}

function formatCheckpoint({ number, hash }: AuditCheckpoint): string {
  return `${number}:${hash}`
}

function formatRecord({ at, action, actor, subject, detail, link }: AuditEntry): string {
  const further = detail === undefined ? '' : `  ${JSON.stringify(detail)}`
  const chain = link === null ? 'not in chain' : `link ${link}`
  return `${new Date(at).toISOString()}  ${action}  ${subject}  by ${actor}  ${chain}${further}\n`
}

function formatFinding({ finding, link, record }: AuditLogFinding): string {
  const where = record === undefined ? `link ${link}` : `link ${link}, record ${record}`
  return `${finding}  ${where}: ${auditLogFindings[finding]}\n`
}
