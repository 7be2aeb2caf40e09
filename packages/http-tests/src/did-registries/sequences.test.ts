import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DeployedRegistry, deployRegistry } from './deployed-registry.ts'
import { compareSequences } from './sequences.ts'

describe('both registries, after random sequences of changes,', () => {
  let deployed: DeployedRegistry

  beforeAll(async () => {
    deployed = await deployRegistry()
  }, 60_000)
  afterAll(() => deployed.close())

  it('resolve to the document that ethr-did-resolver reads from the chain', async () => {
    expect(await compareSequences(deployed, { count: 40, longest: 5 })).toBe(40)
  }, 300_000)
})
