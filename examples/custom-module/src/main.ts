import { createBillfold, environmentKeyring, memoryStorage } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import express from 'express'
import { loyalty } from './loyalty.ts'

const billfold = createBillfold({
  storage: memoryStorage(),
  keyring: environmentKeyring(),
  modules: [loyalty({ expiryDays: 365 })],
})

express().use('/custody', expressRouter(billfold.custody)).use('/loyalty', expressRouter(billfold.loyalty)).listen(3000)
