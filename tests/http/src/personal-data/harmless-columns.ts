/** Why a column holds nothing that a person or a client has written, and what its values look like. */
export interface HarmlessColumns {
  readonly reason: string
  readonly pattern: RegExp
  /** `column` in any table, or `table.column`. */
  readonly columns: readonly string[]
}

/** An id, or `key` and the hash of an API key. */
const uuidOrWord = /^(?:key )?[\w.-]{0,64}$/

/** The text columns that the suite of erasure does not mark. A new column is marked, or added here with a reason. */
export const harmlessColumns: readonly HarmlessColumns[] = [
  {
    reason: 'an id that Billfold makes, or the tenant of the host',
    pattern: uuidOrWord,
    columns: [
      ...['id', 'tenant', 'userId', 'ownerId', 'methodId', 'endpointId', 'eventId', 'leaseId', 'lastAttempt', 'person'],
      ...[
        'personId',
        'sessionId',
        'creatorId',
        'walletId',
        'transactionId',
        'vaultId',
        'latestUpdateId',
        'didWalletId',
      ],
      ...['updateId', 'operationId', 'delegateWalletId', 'blobId', 'transferId', 'accountId', 'lastAttemptId', 'keyId'],
      ...['senderId', 'receiverId', 'lowerUserId', 'higherUserId', 'counterpartyId', 'subjectId', 'pepperKeyId'],
      ...[
        'audit_records.actor',
        'audit_records.subject',
        'outbox.subject',
        'ledger_accounts.owner',
        'ledger_holds.owner',
      ],
      ...['ledger_transfers.subject', 'ledger_holds.subject', 'signing_methods.slot', 'blind_index_secrets.name'],
    ],
  },
  {
    reason: 'a keyed hash, or a hash of a random secret or key, without which nothing can be guessed',
    pattern: /^[\w-]{43}$/,
    columns: [
      ...['fingerprint', 'blindIndex', 'browserHash', 'callerKey', 'sourceHash', 'device', 'thumbprint', 'licenceHash'],
      ...['idempotencyKey', 'contentHash', 'deviceIndex', 'claim', 'inviteeIndex', 'referenceIndex', 'emailIndex'],
      ...['referenceHash', 'files.owner', 'file_quotas.owner', 'applications.owner', 'rate_limits.subject'],
      ...['payment_wallets.hash'],
    ],
  },
  {
    reason: 'a word that Billfold chooses, a number or a day',
    pattern: /^[\w.,=/ -]{0,256}$/,
    columns: [
      ...[
        'action',
        'topic',
        'type',
        'kind',
        'state',
        'status',
        'purpose',
        'failure',
        'failureCode',
        'decision',
        'reasons',
      ],
      ...['model', 'verifiedBy', 'ownerKind', 'cost', 'format', 'curve', 'currency', 'direction', 'day', 'secretType'],
      ...[
        'network',
        'didMethod',
        'authLevel',
        'disabledReason',
        'maxFeePerGas',
        'priorityFeePerGas',
        'session_values.name',
      ],
      ...['subscriptions.amountPaid', 'auth_sessions.scopes'],
    ],
  },
  {
    reason: 'JSON of ids and words; tests of events and of audit records hold that',
    pattern: /^\{[\x20-\x7e]*\}$/,
    columns: ['audit_records.detail', 'events.data', 'event_deliveries.body'],
  },
  {
    reason: 'a slow, peppered hash of a password or PIN',
    pattern: /^\$scrypt\$/,
    columns: ['payment_credentials.phc'],
  },
  {
    reason: 'configuration by the operator or the host, about no user',
    pattern: /^[\x20-\x7e]*$/,
    columns: [
      ...['community', 'tag', 'settings', 'scopes', 'configuration', 'webhook_endpoints.description'],
      ...['webhook_endpoints.eventTypes', 'applications.template', 'did_updates.apiUrl', 'walletConfig'],
    ],
  },
  {
    reason: 'public on a chain or in a DID registry, which nobody can erase, or a public key of a session',
    pattern: /^[\w:/'.+=-]*$/,
    columns: [
      ...[
        'address',
        'ethereumAddress',
        'derivationPath',
        'did',
        'identity',
        'hash',
        'transactionHash',
        'did_changes.name',
      ],
      ...['did_identities.owner', 'did_nonces.owner', 'did_update_steps.change', 'creatorKey', 'proofKey'],
    ],
  },
]

/** Values that remain as they were after an erasure, each with the reason. */
export const retainedBytes: Readonly<Record<string, string>> = {
  'wallets.publicKey': 'public on the chain',
  'wallets.sealedKey': 'sealed under the master secret, which no signing method opens any more',
  'did_wallets.publicKey': 'public in the DID document',
  'blind_index_secrets.sealedSecret': 'of the installation',
  'system_keys.sealedPrivateKey': 'of the installation',
  'service_keys.sealedSecret': 'of a machine client',
}

/** Tables that the suite leaves empty, each with the reason. */
export const emptyTables: Readonly<Record<string, string>> = {
  account_nonces: 'counters of addresses on a chain',
  transactions: 'needs a chain; holds what is public on it, and is deleted after 90 or 365 days',
  transaction_replacements: 'as transactions',
  audit_links: 'hashes of audit records',
  devices: 'needs a PIN step; the tests of devices and of personal data export and erase it',
  did_changes: 'public in a DID registry, which keeps its history',
  did_identities: 'as did_changes',
  did_nonces: 'as did_changes',
  did_updates: 'changes to a DID, public in its registry',
  did_update_steps: 'as did_updates',
  encryption_keys: 'of the installation',
  event_deliveries: 'deliveries to webhooks of the operator: ids and words',
  webhook_endpoints: 'configuration by the operator',
  face_checks: 'expires in minutes, and is deleted with the signing methods',
  known_counterparties: 'pairs of user ids',
  session_values: 'expires with its session; only values of a session that ended',
}
