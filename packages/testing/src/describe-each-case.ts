import { test } from 'vitest'

/** What a case runs on, and is closed after it. */
interface Closable {
  readonly close: () => Promise<void>
}

/** Registers each case as a test that has a subject of its own, which is closed whatever the outcome is. */
export function testEachCase<Subject extends Closable>(
  cases: readonly { readonly name: string; readonly run: (subject: Subject) => Promise<void> }[],
  create: () => Promise<Subject>,
): void {
  for (const { name, run } of cases)
    test(name, async () => {
      const subject = await create()
      try {
        await run(subject)
      } finally {
        await subject.close()
      }
    })
}
