import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type Billfold,
  BillfoldError,
  type BillfoldEvent,
  type BillfoldOptions,
  createBillfold,
  type ErrorCode,
  isBillfoldError,
  type ModuleResults,
  type MountableApi,
  type Storage,
} from './index.ts'

// The assertions hold at compile time: `npm run build` fails if a public type changes.

describe('the types of createBillfold', () => {
  it('require a storage and a keyring, and nothing else', () => {
    type Required = { [Name in keyof BillfoldOptions as undefined extends BillfoldOptions[Name] ? never : Name]: true }
    expectTypeOf<keyof Required>().toEqualTypeOf<'storage' | 'keyring'>()
    expectTypeOf(createBillfold<readonly []>).parameters.toEqualTypeOf<[BillfoldOptions]>()
    expectTypeOf<BillfoldOptions['storage']>().toEqualTypeOf<Storage>()
  })

  it('return an instance with five mountable APIs', () => {
    expectTypeOf(createBillfold<readonly []>).returns.toEqualTypeOf<Billfold & ModuleResults<readonly []>>()
    expectTypeOf<keyof ModuleResults<readonly []>>().toEqualTypeOf<never>()
    type Mountable = { [Name in keyof Billfold as Billfold[Name] extends MountableApi ? Name : never]: true }
    expectTypeOf<keyof Mountable>().toEqualTypeOf<'authentication' | 'custody' | 'onboarding' | 'dids' | 'payments'>()
  })

  it('return the functions of a host with their results', () => {
    expectTypeOf<Billfold['serviceKeys']['create']>().returns.resolves.toEqualTypeOf<{
      readonly keyId: string
      readonly keySecret: string
    }>()
    expectTypeOf<Billfold['users']['erase']>().returns.resolves.toBeVoid()
    expectTypeOf<Billfold['serviceKeys']['isActive']>().returns.resolves.toBeBoolean()
    expectTypeOf<Billfold['payments']['claimInvitations']>().returns.resolves.toEqualTypeOf<readonly string[]>()
  })
})

describe('the types of errors', () => {
  it('are a closed union of codes', () => {
    expectTypeOf<'user.not-found'>().toExtend<ErrorCode>()
    expectTypeOf<string>().not.toExtend<ErrorCode>()
    expectTypeOf<BillfoldError['code']>().toEqualTypeOf<ErrorCode>()
    expectTypeOf<BillfoldError['retryAfterSeconds']>().toEqualTypeOf<number | undefined>()
  })

  it('narrow an unknown value to a BillfoldError, and to the code if one is given', () => {
    const error: unknown = new BillfoldError('user.not-found')
    expect.assertions(2)
    if (isBillfoldError(error)) {
      expectTypeOf(error.code).toEqualTypeOf<ErrorCode>()
      expect(error.status).toBe(404)
    }
    if (isBillfoldError(error, 'user.not-found')) {
      expectTypeOf(error.code).toEqualTypeOf<'user.not-found'>()
      expect(error.code).toBe('user.not-found')
    }
  })

  it('reject an unknown code', () => {
    expectTypeOf<Parameters<typeof isBillfoldError>[1]>().toEqualTypeOf<ErrorCode | undefined>()
    expectTypeOf(BillfoldError).constructorParameters.toExtend<readonly [ErrorCode, unknown?]>()
  })
})

describe('the types of events', () => {
  it('narrow the data of an event by its type', () => {
    type Data<Type extends BillfoldEvent['type']> = Extract<BillfoldEvent, { readonly type: Type }>['data']
    expectTypeOf<Data<'user.erased'>>().toEqualTypeOf<{ userId: string }>()
    expectTypeOf<Data<'user.erased'>>().not.toEqualTypeOf<Data<'wallet.created'>>()
  })
})
