import type { AdditionalModule } from '@billfold/core'
import { describe, test } from 'vitest'
import { moduleCases, type ModuleUnderTest } from './module-cases.ts'

/**
 * Registers the conformance suite of a module with vitest. It checks that nothing was forgotten: names that clash, sealed
 * columns without re-encryption, and tables with users that are not exported and erased.
 *
 * @param name name of the module in the test report
 * @param create creates the module, and the function that fills its tables; called for every case
 *
 * @example
 * ```typescript
 * import { describeModule } from '@billfold/testing'
 * import { loyalty } from './loyalty.ts'
 *
 * describeModule('loyalty', () => ({
 *   module: loyalty(),
 *   fill: (billfold, userId) => billfold.loyalty.join(userId, 'Ada'),
 * }))
 * ```
 */
export function describeModule<M extends AdditionalModule>(name: string, create: () => ModuleUnderTest<M>): void {
  describe(`${name}: module contract`, () => {
    for (const { name: title, run } of moduleCases) test(title, () => run(create()))
  })
}
