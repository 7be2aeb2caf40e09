import { BillfoldError } from '../../kernel/errors.ts'
import { type Currency, parseCurrency } from '../money/money.ts'
import type { PaymentsContext } from '../settings.ts'

/** Formats a currency code for the API: `0` for USD, as documented, otherwise the code. */
export function formatCurrencyType(code: string): string {
  return code === 'USD' ? '0' : code
}

/** Resolves the currency from `currency` and `currency_type`. @throws BillfoldError `amount.invalid` if they differ */
export function resolveCurrency(
  { settings }: PaymentsContext,
  name: string | undefined,
  type: string | undefined,
): Currency {
  const currency = parseCurrency(settings.money, name ?? type)
  if (type !== undefined && parseCurrency(settings.money, type).code !== currency.code)
    throw new BillfoldError('amount.invalid', { message: 'currency and currency_type differ' })
  return currency
}
