#!/usr/bin/env node
import { text as readAll } from 'node:stream/consumers'
import { runCommandLine } from './run-command-line.ts'

process.exitCode = await runCommandLine(process.argv.slice(2), {
  environment: process.env,
  print: (text) => void process.stdout.write(text),
  report: (text) => void process.stderr.write(text),
  readInput: () => readAll(process.stdin),
})
