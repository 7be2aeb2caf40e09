import { runCommandLine } from '../run-command-line.ts'

/** Runs a command line and returns its exit code, standard output and standard error. */
export async function runLine(
  line: string,
  environment: Readonly<Record<string, string>> = {},
  input = '',
): Promise<{ code: number; printed: string; complaint: string }> {
  let printed = ''
  let complaint = ''
  const code = await runCommandLine(line.split(' ').filter(Boolean), {
    environment,
    print: (text) => void (printed += text),
    report: (text) => void (complaint += text),
    readInput: async () => input,
  })
  return { code, printed, complaint }
}
