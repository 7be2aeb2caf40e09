import { existsSync } from 'node:fs'
import {
  addKeyToFile,
  type Billfold,
  createKeyringFile,
  fileKeyring,
  type KeyringUsage,
  type KeyUsage,
  setCurrentKeyInFile,
  newKey,
  removeKeyFromFile,
  type UnreadableCiphertext,
} from '@billfold/core'
import { isKeyId } from '@billfold/core/crypto'
import { type Terminal, UsageError } from './command.ts'
import { type CommandOutput, createCommandGroup, defineSubcommand } from './command-group.ts'
import { formatCount } from './format-count.ts'
import { formatTable } from './format-table.ts'
import { requireArgument } from './parse-arguments.ts'
import { createProgressReporter } from './report-progress.ts'
import { billfoldOptions, loadKeyring, withBillfold } from './with-billfold.ts'

const idOption = {
  id: {
    type: 'string',
    value: 'ID',
    help: 'the id of the new key, 1 to 32 of A-Z, a-z, 0-9, dot, underscore and hyphen; default: the date of today',
  },
} as const

/** `billfold keys`: creates, rotates and retires keyring keys. */
export const keysCommand = createCommandGroup({
  name: 'keys',
  summary: 'create, rotate and retire keyring keys',
  details: `To rotate a key, run create, rotate, reencrypt, list and retire in this order.

Values that are protected by a user's PIN or password are re-encrypted when it is next used, since the server cannot do it alone.`,
  subcommands: {
    create: defineSubcommand({
      summary: 'create a key and add it to the keyring file, not yet current',
      details: 'Creates the file if it does not exist. Without a file it prints the entry for BILLFOLD_KEYS.',
      options: { ...idOption, keyring: billfoldOptions.keyring },
      run: async ({ keyring: file, id }, _, terminal) =>
        file === undefined ? printKey(id, terminal) : addKey(file, id),
    }),
    rotate: defineSubcommand({
      arguments: 'ID',
      summary: 'make a key the current one',
      details: 'Every host must have loaded the key before.',
      options: { keyring: billfoldOptions.keyring },
      run: async ({ keyring: file }, [id], { environment }) => {
        const key = requireArgument(id, 'ID of the key: billfold keys rotate ID')
        if (file === undefined && environment['BILLFOLD_KEYS'] !== undefined)
          throw new UsageError(`The keyring is in the environment: set BILLFOLD_CURRENT_KEY=${key} for every host`)
        setCurrentKeyInFile(requireArgument(file, '--keyring FILE'), key)
        return { text: `${key} is now the current key\n`, data: { current: key } }
      },
    }),
    reencrypt: defineSubcommand({
      summary: 're-encrypt values of older keys under the current key',
      details:
        'Runs while hosts are running. It can be interrupted and repeated. Exit code 3 if a value cannot be read.',
      options: billfoldOptions,
      run: (values, _, terminal) => withBillfold(values, terminal, (billfold) => reencrypt(billfold, terminal)),
    }),
    list: defineSubcommand({
      summary: 'show what still depends on older keys',
      options: billfoldOptions,
      run: async (values, _, terminal) => {
        const data = await withBillfold(values, terminal, (billfold) => billfold.keys.usage())
        return {
          text: formatUsage(data),
          data,
          hasProblems: data.malformedValues > 0 || data.olderKeys.some(isMissing),
        }
      },
    }),
    retire: defineSubcommand({
      arguments: 'ID',
      summary: 'remove a key that nothing depends on; exit code 3 if something does',
      options: billfoldOptions,
      run: async (values, [id], terminal) => {
        const key = requireArgument(id, 'ID of the key: billfold keys retire ID')
        const inUse = await withBillfold(values, terminal, (billfold) => billfold.keys.usage())
        const found = inUse.olderKeys.find((older) => older.id === key)
        if (found?.inKeyring !== true) throw new UsageError(`${key} is not an older key in the keyring`)
        if (isInUse(found))
          return {
            text: `${key} is still in use: ${describeUsage(found)}\n`,
            data: found,
            hasProblems: true,
          }
        if (values.keyring !== undefined) removeKeyFromFile(values.keyring, key)
        const where =
          values.keyring === undefined ? 'can be removed from BILLFOLD_KEYS' : 'was removed from the keyring'
        return { text: `${key} ${where}: not in use\n`, data: found }
      },
    }),
  },
})

/** Counts the values first, so that the progress has a total. */
async function reencrypt(billfold: Billfold, terminal: Terminal): Promise<CommandOutput> {
  const { olderKeys, malformedValues } = await billfold.keys.usage()
  const total = olderKeys.reduce((sum, { sealedValues }) => sum + sealedValues, malformedValues)
  const report = createProgressReporter(terminal, 'values')
  const data = await billfold.keys.reencrypt({
    onProgress: (progress) => report({ done: progress.reencrypted + progress.unreadable, total }),
  })
  const { keyId, reencrypted, unreadable, authenticatesAuditLog } = data
  const chain = authenticatesAuditLog ? '' : 'The audit chain cannot be authenticated: run billfold audit verify\n'
  const what = `Re-encrypted ${formatCount(reencrypted, 'value')} under ${keyId}\n`
  const hasProblems = unreadable.length > 0 || !authenticatesAuditLog
  return { text: `${unreadable.map(formatUnreadable).join('')}${chain}${what}`, data, hasProblems }
}

function addKey(file: string, id: string | undefined): CommandOutput {
  const isNew = !existsSync(file)
  const known = isNew ? [] : (fileKeyring(file).keyIds ?? [])
  const key = newKeyId(id, known)
  if (isNew) createKeyringFile(file, key)
  else addKeyToFile(file, key)
  const next = isNew ? '' : `Once every host has loaded the file: billfold keys rotate ${key} --keyring ${file}\n`
  return { text: `Created key ${key}\n${next}`, data: { id: key, isCurrent: isNew } }
}

function printKey(id: string | undefined, terminal: Terminal): CommandOutput {
  const isFirst = (terminal.environment['BILLFOLD_KEYS'] ?? '') === ''
  const keyring = isFirst ? undefined : loadKeyring({}, terminal)
  const key = newKeyId(id, keyring?.keyIds ?? [])
  const entry = `${key}:${newKey()}`
  const next =
    keyring === undefined
      ? 'Set BILLFOLD_KEYS to this value.\n'
      : `Append it to BILLFOLD_KEYS after a comma, and set BILLFOLD_CURRENT_KEY=${keyring.currentKeyId} until every host has loaded it.\n`
  return { text: `${entry}\n${next}`, data: { id: key, entry } }
}

function newKeyId(id: string | undefined, known: readonly string[]): string {
  if (id !== undefined) {
    if (!isKeyId(id) || known.includes(id)) throw new UsageError(`Invalid or existing key id: ${JSON.stringify(id)}`)
    return id
  }
  const today = new Date().toISOString().slice(0, 10)
  const ids = [today, ...Array.from({ length: known.length }, (_, index) => `${today}-${index + 2}`)]
  return ids.find((free) => !known.includes(free)) ?? today
}

function isInUse({ sealedValues, pepperedValues, authenticatesAuditLog }: KeyUsage): boolean {
  return sealedValues > 0 || pepperedValues.some(({ count }) => count > 0) || authenticatesAuditLog
}

/** Returns true if something depends on a key that is not in the keyring. */
function isMissing(key: KeyUsage): boolean {
  return !key.inKeyring && isInUse(key)
}

function formatUsage({ currentKeyId, olderKeys, malformedValues }: KeyringUsage): string {
  const malformedLine =
    malformedValues === 0 ? '' : `${malformedValues} values name no key, which is a sign of tampering\n`
  const current = { id: currentKeyId, state: 'current', uses: '' }
  const older = olderKeys.map((key) => ({
    id: key.id,
    state: key.inKeyring ? 'older' : 'NOT IN THE KEYRING',
    uses: isInUse(key) ? describeUsage(key) : 'not in use',
  }))
  return `${formatTable([current, ...older], usageColumns, '')}${malformedLine}`
}

const usageColumns = [
  { heading: 'KEY', cell: ({ id }: UsageRow) => id },
  { heading: 'STATE', cell: ({ state }: UsageRow) => state },
  { heading: 'STILL USED BY', cell: ({ uses }: UsageRow) => uses },
]

interface UsageRow {
  readonly id: string
  readonly state: string
  readonly uses: string
}

function describeUsage({ sealedValues, pepperedValues, authenticatesAuditLog }: KeyUsage): string {
  const peppered = pepperedValues.map(({ name, count }) => `${count} ${name}`)
  const link = authenticatesAuditLog ? ['the newest audit chain link'] : []
  return [formatCount(sealedValues, 'value'), ...peppered, ...link].join(', ')
}

function formatUnreadable({ table, column, row, code }: UnreadableCiphertext): string {
  return `${code}  ${table}.${column} of ${JSON.stringify(row)}\n`
}
