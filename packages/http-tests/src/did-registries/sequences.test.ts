import { afterAll, beforeAll, describe, it } from 'vitest'
import { type DeployedRegistry, deployRegistry } from './deployed-registry.ts'
import { compareSequences } from './sequences.ts'

describe('both registries, after random sequences of changes,', () => {
  let deployed: DeployedRegistry

  beforeAll(async () => {
    deployed = await deployRegistry()
  }, 60_000)
  afterAll(() => deployed.close())

  it(
    'resolve to the document that ethr-did-resolver reads from the chain',
    () => compareSequences(deployed, 40),
    120_000,
  )
})
