// Names and phrases that must not come back, beside the single words that cspell.json flags: those are whole words, and
// these are parts of names or several words.
// cspell:disable
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './run-command.mjs'

/** In names of the code, each with what to write instead. */
const names = [
  { pattern: /\bmost[A-Z]\w*/g, instead: 'max…, or …Limit' },
  { pattern: /\blongest[A-Z]\w*/g, instead: 'max…' },
  { pattern: /\bfewest[A-Z]\w*/g, instead: 'min…' },
  { pattern: /\b\w+AtOnce\b/g, instead: '…Concurrency, or …BatchSize' },
  { pattern: /\b\w+Anew\b/g, instead: 'the verb alone' },
  { pattern: /\binProcess[A-Z]\w*|\bInProcess[A-Z]\w*/g, instead: '…Api' },
  { pattern: /\b(?:kept|Kept|told|Told)[A-Z]\w*/g, instead: 'stored…, saved…, retained…; event…' },
  { pattern: /\bturnsBy\w*|\b(?:take|bounded)Turns?\b/g, instead: 'semaphore, or mutex' },
]

/** In code and prose. */
const phrases = [
  { pattern: /\btells? faces apart\b/g, instead: 'face recognition, face verification' },
  { pattern: /\bwhat (?:came|becomes|became|has become) of\b/g, instead: 'the outcome of' },
  { pattern: /\bhand(?:s|ed)? over\b/g, instead: 'broadcast, or pass' },
  { pattern: /\blook(?:s|ed)? after\b/g, instead: 'reconcile, or maintain' },
]

/**
 * The forbidden names and phrases of a file, one line each.
 * @param {string} path
 * @param {string} text
 * @returns {string[]}
 */
export function forbiddenWords(path, text) {
  const rules = path.endsWith('.md') ? phrases : [...names, ...phrases]
  return text
    .split('\n')
    .flatMap((line, index) =>
      rules.flatMap(({ pattern, instead }) =>
        [...line.matchAll(pattern)].map(([found]) => `${path}:${index + 1}: ${found}: write ${instead}`),
      ),
    )
}

/** The tracked sources and documents, without this list and its test. */
function files() {
  return execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.md'], { cwd: root, encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .filter((path) => !path.startsWith('scripts/check-words.') && existsSync(join(root, path)))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = files().flatMap((path) => forbiddenWords(path, readFileSync(join(root, path), 'utf8')))
  for (const line of found) console.error(line)
  if (found.length > 0) process.exitCode = 1
}
