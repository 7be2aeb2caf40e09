import { run } from './run.ts'

/** Types a line, and gives its exit code, what it printed and what it complained of. */
export async function typeLine(
  line: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ code: number; printed: string; complaint: string }> {
  let printed = ''
  let complaint = ''
  const terminal = { environment, print: (text: string) => void (printed += text) }
  const code = await run(line.split(' ').filter(Boolean), terminal, (text) => void (complaint += text))
  return { code, printed, complaint }
}
