import { spawn } from 'node:child_process'

/**
 * Runs a process until it has printed this many lines, kills it (SIGKILL), and gives the whole lines that it printed. A process that ends by
 * itself before is an error.
 */
export function killedAfter(lines: number, program: string, ...args: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    let complaints = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (printed.split('\n').length > lines) child.kill('SIGKILL')
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(printed.split('\n').slice(0, -1))
      else reject(new Error(`the process ended by itself with ${code}: ${complaints}`))
    })
  })
}
