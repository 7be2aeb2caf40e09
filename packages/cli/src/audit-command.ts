import {
  type AuditAction,
  type AuditEntry,
  type AuditCheckpoint,
  auditActions,
  isAuditAction,
  type AuditLogFinding,
  auditLogFindings,
  type AuditVerifyOptions,
  type Billfold,
} from '@billfold/core'
import { suggestWord } from './closest-word.ts'
import { type Terminal, UsageError } from './command.ts'
import { type CommandOutput, createCommandGroup, defineSubcommand } from './command-group.ts'
import { formatCount } from './format-count.ts'
import { formatTable } from './format-table.ts'
import { parseTime, requireArgument } from './parse-arguments.ts'
import { createProgressReporter } from './report-progress.ts'
import { billfoldOptions, withBillfold } from './with-billfold.ts'

/** `billfold audit`: searches, checkpoints, verifies and prunes the audit log. */
export const auditCommand = createCommandGroup({
  name: 'audit',
  summary: 'search, checkpoint, verify and prune the audit log',
  subcommands: {
    search: defineSubcommand({
      summary: 'list records of a tenant, newest first',
      options: {
        action: { type: 'string', value: 'ACTION', help: 'user.created, wallet.signed, ...' },
        subject: { type: 'string', value: 'ID', help: 'the id of the object that the action was applied to' },
        actor: { type: 'string', value: 'ID', help: 'the id of the actor' },
        from: { type: 'string', value: 'DATE', help: 'start of the time range: 2027-01-31, or an ISO 8601 time' },
        to: { type: 'string', value: 'DATE', help: 'end of the time range, exclusive' },
        limit: { type: 'string', value: 'NUMBER', help: 'maximum number of records, 1 to 1000; default: 100' },
        after: { type: 'string', value: 'CURSOR', help: 'where the previous page ended, as it was printed' },
        ...billfoldOptions,
      },
      run: async (values, _, terminal) => {
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
        return { text: `${formatTable(data.records, recordColumns, 'No records')}${more}`, data }
      },
    }),
    checkpoint: defineSubcommand({
      summary: "add new records of all tenants to the hash chain, as the host's maintain() does",
      options: {
        'trusted-checkpoint': {
          type: 'string',
          value: 'CHECKPOINT',
          help: 'continue from this checkpoint although it cannot be authenticated; investigate the cause first',
        },
        ...billfoldOptions,
      },
      run: async (values, _, terminal) => {
        const trusted = values['trusted-checkpoint']
        const options = trusted === undefined ? {} : { trustedCheckpoint: parseCheckpoint(trusted) }
        const data = await withBillfold(values, terminal, (billfold) => billfold.audit.checkpoint(options))
        return { text: `Added ${formatCount(data.records, 'record')} in ${formatCount(data.links, 'link')}\n`, data }
      },
    }),
    'latest-checkpoint': defineSubcommand({
      summary: 'print the end of the hash chain; store it outside the database',
      options: billfoldOptions,
      run: async (values, _, terminal) => {
        const data = await withBillfold(values, terminal, (billfold) => billfold.audit.latestCheckpoint())
        return { text: `${formatCheckpoint(data)}\n`, data }
      },
    }),
    verify: defineSubcommand({
      summary: 'verify the chain and every record; exit code 3 if there are problems',
      options: {
        checkpoint: {
          type: 'string',
          value: 'CHECKPOINT',
          help: 'a stored checkpoint, NUMBER:HASH, to detect a truncated chain',
        },
        from: {
          type: 'string',
          value: 'CHECKPOINT|LINK|DATE',
          help: 'continue after a stored checkpoint, the number of a link, or the last link before a time',
        },
        ...billfoldOptions,
      },
      run: async (values, _, terminal) => {
        const options = {
          ...(values.checkpoint !== undefined && { checkpoint: parseCheckpoint(values.checkpoint) }),
          ...(values.from !== undefined && { from: parseStart(values.from) }),
        }
        return withBillfold(values, terminal, (billfold) => verify(billfold, options, terminal))
      },
    }),
    prune: defineSubcommand({
      summary: 'delete old records; the chain remains verifiable',
      options: {
        before: {
          type: 'string',
          value: 'DATE',
          help: 'delete records that were added to the chain before this time',
        },
        ...billfoldOptions,
      },
      run: async (values, _, terminal) => {
        const before = parseTime(requireArgument(values.before, '--before DATE'))
        const prunedTo = await withBillfold(values, terminal, (billfold) => billfold.audit.prune({ before }))
        return { text: prunedTo === 0 ? 'Nothing to prune\n' : `Pruned up to link ${prunedTo}\n`, data: { prunedTo } }
      },
    }),
  },
})

/** The links are numbered without gaps, so that the number of the newest is the total. */
async function verify(
  billfold: Billfold,
  options: Pick<AuditVerifyOptions, 'checkpoint' | 'from'>,
  terminal: Terminal,
): Promise<CommandOutput> {
  const { number: total } = await billfold.audit.latestCheckpoint()
  const report = createProgressReporter(terminal, 'links of the chain')
  // The number of a link is where --from continues.
  const onProgress: AuditVerifyOptions['onProgress'] = ({ checkpoint: { number: done } }) => report({ done, total })
  const data = await billfold.audit.verify({ ...options, onProgress })
  const { findings, records, links, pruned, checkpoint } = data
  const prunedText = pruned > 0 ? `, ${pruned} pruned` : ''
  const counts = `${formatCount(records, 'record')} in ${formatCount(links, 'link')}${prunedText}`
  const totals = `${counts}, checkpoint ${formatCheckpoint(checkpoint)}\n`
  const what = findings.length === 0 ? 'The audit log is intact' : formatCount(findings.length, 'problem')
  return { text: `${findings.map(formatFinding).join('')}${what}: ${totals}`, data, hasProblems: findings.length > 0 }
}

function withoutUndefined<K extends string>(
  values: Readonly<Record<K, string | undefined>>,
): Partial<Record<K, string>> {
  const entries = Object.entries<string | undefined>(values)
  const known: Partial<Record<string, string>> = Object.fromEntries(entries.filter(([, value]) => value !== undefined))
  return known
}

function parseAction(word: string): AuditAction {
  if (!isAuditAction(word))
    throw new UsageError(
      `Unknown audit action: ${JSON.stringify(word)}.${suggestWord(word, Object.keys(auditActions))}`,
    )
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

/** Parses where a verification continues: a checkpoint, the number of a link, or a time. */
function parseStart(word: string): NonNullable<AuditVerifyOptions['from']> {
  if (/^[0-9]+:/.test(word)) return parseCheckpoint(word)
  return /^[0-9]{1,10}$/.test(word) ? { link: Number(word) } : { before: parseTime(word) }
}

function formatCheckpoint({ number, hash }: AuditCheckpoint): string {
  return `${number}:${hash}`
}

const recordColumns = [
  { heading: 'TIME', cell: ({ at }: AuditEntry) => new Date(at).toISOString() },
  { heading: 'ACTION', cell: ({ action }: AuditEntry) => action },
  { heading: 'SUBJECT', cell: ({ subject }: AuditEntry) => subject },
  { heading: 'ACTOR', cell: ({ actor }: AuditEntry) => actor },
  { heading: 'CHAIN', cell: ({ link }: AuditEntry) => (link === null ? 'not in chain' : `link ${link}`) },
  { heading: 'DETAIL', cell: ({ detail }: AuditEntry) => (detail === undefined ? '' : JSON.stringify(detail)) },
]

function formatFinding({ finding, link, record }: AuditLogFinding): string {
  const where = record === undefined ? `link ${link}` : `link ${link}, record ${record}`
  return `${finding}  ${where}: ${auditLogFindings[finding]}\n`
}
