import type { CodeBlock } from './markdown.ts'

/** The pages from which somebody new copies a first program. */
const firstStepPages = new Set([
  'README.md',
  'docs/authentication.md',
  'docs/custody.md',
  'docs/dids.md',
  'docs/first-credential.md',
  'docs/onboarding.md',
  'docs/payments.md',
])

/**
 * Returns what a reader of such a page copies: the visible `js` blocks before the first hidden one that follows them, which checks what
 * they did. Together they must be a program, so that nothing that they need is hidden. Empty for other pages.
 */
export function firstProgram(path: string, blocks: readonly CodeBlock[]): readonly CodeBlock[] {
  if (!firstStepPages.has(path)) return []
  const runnable = blocks.filter(({ language }) => language === 'js')
  const from = runnable.findIndex(({ hidden }) => !hidden)
  const visible = from === -1 ? [] : runnable.slice(from)
  const end = visible.findIndex(({ hidden }) => hidden)
  return visible.slice(0, end === -1 ? visible.length : end)
}
