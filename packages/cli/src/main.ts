#!/usr/bin/env node
import { createInterface } from 'node:readline/promises'
import { text as readAll } from 'node:stream/consumers'
import { runCommandLine } from './run-command-line.ts'

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(question)
  } finally {
    lines.close()
  }
}

process.exitCode = await runCommandLine(process.argv.slice(2), {
  environment: process.env,
  print: (text) => void process.stdout.write(text),
  report: (text) => void process.stderr.write(text),
  readInput: () => readAll(process.stdin),
  ...(process.stdin.isTTY && { ask }),
})
