import { spawn } from 'node:child_process'

/**
 * Runs a process and kills it (SIGKILL) when it has printed this many lines. Returns the complete lines it printed. Rejects if
 * the process exits by itself.
 */
export function killAfterLines(lines: number, program: string, ...args: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    let errorOutput = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (printed.split('\n').length > lines) child.kill('SIGKILL')
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errorOutput += text))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(printed.split('\n').slice(0, -1))
      else reject(new Error(`the process exited with ${code}: ${errorOutput}`))
    })
  })
}
