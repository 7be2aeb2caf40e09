import type { ApiDescription } from '../../http/index.ts'

/** What the OpenAPI document says about the payments API. */
export const paymentsDescription: ApiDescription = {
  text: 'Payments between users in two legs, over a double-entry ledger. A field can be encrypted for the server, whose public key is at `/publickeys`.',
  tags: [
    { name: 'Accounts', description: 'Registration, login, password, profile', paths: ['/api/auth', '/api/v1/lokdon'] },
    {
      name: 'Contacts',
      description: 'Codes that verify an email or a phone number',
      paths: ['/api/v1/lokdon/verifycontact', '/api/v1/lokdon/sendcode'],
    },
    {
      name: 'PINs',
      description: 'The lock PIN that confirms a payment',
      paths: ['/api/v1/lokdon/setpin', '/api/v1/lokon/setpin', '/api/v1/lokdon/checkpin', '/api/v1/lokdon/getm3pin'],
    },
    {
      name: 'Wallets',
      description: 'Balances of a user',
      paths: ['/api/v1/lokdon/createwallet', '/api/v1/lokdon/getwalletinfo'],
    },
    {
      name: 'Payments',
      description: 'The two legs of a payment, and the statement of a user',
      paths: ['/api/v1/lokdon/createsession', '/api/v1/lokdon/confirmpayment', '/api/v1/lokdon/transactions'],
    },
    {
      name: 'Gateway',
      description: 'Deposits and withdrawals, confirmed by the payment gateway of the host',
      paths: [
        '/api/v1/lokdon/create_transaction',
        '/api/v1/lokdon/update_transaction',
        '/api/v1/lokdon/update_balance',
      ],
    },
    {
      name: 'Subscriptions',
      description: 'Paid plans of users',
      paths: [
        '/api/v1/lokdon/add_user_licence',
        '/api/v1/lokdon/activate_licence',
        '/api/v1/lokdon/deactivate_licence',
        '/api/v1/lokdon/check_user',
        '/api/v1/lokdon/check_license',
        '/api/v1/lokdon/check_licence',
        '/api/v1/lokdon/add_evault_user',
      ],
    },
    { name: 'Service', description: 'The public key, and this document', paths: ['/'] },
  ],
}
