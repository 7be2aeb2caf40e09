import { defineModule } from '../module.ts'
import { sealedBlindIndexSecrets } from './blind-index.ts'
import { blindIndexSecrets } from './table.ts'

/** The blind index, whose secret is created on first use. */
export const blindIndexModule = defineModule({
  name: 'blindIndex',
  tables: [blindIndexSecrets],
  sealedColumns: [sealedBlindIndexSecrets],
  create: () => ({}),
})
