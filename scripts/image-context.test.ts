import { expect, test } from 'vitest'
import { runProgram } from './run-command.mjs'

test('the build context of the image of the example host, by its ignore file, has every file of the repository', async () => {
  const ignoreFile = 'examples/host/Dockerfile.dockerignore'
  const args = ['ls-files', '--cached', '--ignored', `--exclude-from=${ignoreFile}`]
  const { status, output } = await runProgram('git', args)
  expect({ status, ignored: output }).toEqual({ status: 0, ignored: '' })
})
