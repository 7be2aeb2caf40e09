import { mdoc, presentationQuery, type PresentationQuery, sdJwt } from './presentation-query.ts'

const nameSpace = 'eu.europa.ec.eudi.pid.1'

/**
 * The attributes of a person identification data set (PID Rulebook), by one name for both formats: where each is in the SD-JWT VC
 * and in the mdoc.
 */
const pidAttributes = {
  given_name: { claim: ['given_name'], element: 'given_name' },
  family_name: { claim: ['family_name'], element: 'family_name' },
  birth_date: { claim: ['birthdate'], element: 'birth_date' },
  birth_place: { claim: ['place_of_birth'], element: 'place_of_birth' },
  nationalities: { claim: ['nationalities'], element: 'nationality' },
  resident_address: { claim: ['address', 'formatted'], element: 'resident_address' },
  resident_country: { claim: ['address', 'country'], element: 'resident_country' },
  resident_city: { claim: ['address', 'locality'], element: 'resident_city' },
  resident_postal_code: { claim: ['address', 'postal_code'], element: 'resident_postal_code' },
  personal_administrative_number: {
    claim: ['personal_administrative_number'],
    element: 'personal_administrative_number',
  },
  sex: { claim: ['sex'], element: 'sex' },
  email_address: { claim: ['email'], element: 'email_address' },
  mobile_phone_number: { claim: ['phone_number'], element: 'mobile_phone_number' },
  expiry_date: { claim: ['date_of_expiry'], element: 'expiry_date' },
  issuing_authority: { claim: ['issuing_authority'], element: 'issuing_authority' },
  issuing_country: { claim: ['issuing_country'], element: 'issuing_country' },
} as const

/** An attribute of a PID, by the name that it has in results. */
export type EudiPidAttribute = keyof typeof pidAttributes

/**
 * Asks for attributes of the PID of a European wallet, in whichever format it has it. Transaction data are refused with it, as the
 * PID Rulebook says.
 *
 * @param attributes which; ask for no more than you need
 * @param options.id default: `pid`
 * @param options.purpose what for, for wallets that show it
 * @param options.retain which attributes you retain. Default: none
 * @throws RangeError
 */
export function eudiPidQuery<Name extends EudiPidAttribute>(
  attributes: readonly Name[],
  options: { readonly id?: string; readonly purpose?: string; readonly retain?: readonly Name[] } = {},
): PresentationQuery<Name> {
  const { id = 'pid', purpose, retain } = options
  return presentationQuery<Name>({
    id,
    refusesTransactionData: true,
    ...(purpose !== undefined && { purpose }),
    any: [
      sdJwt({ vct: 'urn:eudi:pid:1', claims: byName(attributes, (name) => pidAttributes[name].claim) }),
      mdoc({
        docType: 'eu.europa.ec.eudi.pid.1',
        claims: byName(attributes, (name) => [nameSpace, pidAttributes[name].element] as const),
        ...(retain && { retain }),
      }),
    ],
  })
}

/** The PID of a European wallet with `given_name`, `family_name`, `birth_date` and `nationalities`. */
export const eudiPid = eudiPidQuery(['given_name', 'family_name', 'birth_date', 'nationalities'])

function byName<Name extends string, Value>(
  names: readonly Name[],
  toValue: (name: Name) => Value,
): Readonly<Record<Name, Value>> {
  const values: Partial<Record<Name, Value>> = {}
  for (const name of names) values[name] = toValue(name)
  return assertComplete(values, names)
}

function assertComplete<Name extends string, Value>(
  values: Partial<Record<Name, Value>>,
  names: readonly Name[],
): Readonly<Record<Name, Value>> {
  if (!isComplete(values, names)) throw new RangeError('an attribute is missing')
  return values
}

function isComplete<Name extends string, Value>(
  values: Partial<Record<Name, Value>>,
  names: readonly Name[],
): values is Record<Name, Value> {
  return names.every((name) => values[name] !== undefined)
}
