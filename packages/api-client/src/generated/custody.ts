// Generated from the OpenAPI document: do not edit.
export interface paths {
    "/auth/realms/{realm}/protocol/openid-connect/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get an access token for a service key
         * @description Get an access token for a service key.
         *
         *     Caller: public.
         *
         *     Rate limit: 120 in 60 s by ip.
         */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List users, newest first
         * @description List users, newest first.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listUsers"];
        put?: never;
        /**
         * Create a user, optionally with a PIN
         * @description Create a user, optionally with a PIN.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a user and their signing methods
         * @description Get a user and their signing methods.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["getUser"];
        /**
         * Change a user's reference
         * @description Change a user's reference.
         *
         *     Caller: service key with the scope custody.
         */
        put: operations["updateUser"];
        post?: never;
        /**
         * Delete a user and archive the user's wallets
         * @description Delete a user and archive the user's wallets.
         *
         *     Caller: service key with the scope custody.
         */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{userId}/signing-methods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add a signing method; all but the first must be authorized by an existing one
         * @description Add a signing method; all but the first must be authorized by an existing one.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["createSigningMethod"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{userId}/signing-methods/{signingMethodId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Replace the value of a signing method, authorized by another one
         * @description Replace the value of a signing method, authorized by another one.
         *
         *     Caller: service key with the scope custody.
         */
        put: operations["replaceSigningMethod"];
        post?: never;
        /**
         * Remove a signing method, authorized by another one
         * @description Remove a signing method, authorized by another one.
         *
         *     Caller: service key with the scope custody.
         */
        delete: operations["deleteSigningMethod"];
        options?: never;
        head?: never;
        /**
         * Replace the value of a signing method, authorized by another one
         * @description Replace the value of a signing method, authorized by another one.
         *
         *     Caller: service key with the scope custody.
         */
        patch: operations["updateSigningMethod"];
        trace?: never;
    };
    "/api/users/{userId}/signing-methods/{signingMethodId}/face-checks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a face check for a BIOMETRIC signing method with face verification
         * @description Start a face check for a BIOMETRIC signing method with face verification.
         *
         *     Caller: service key with the scope custody.
         *
         *     Rate limit: 6000 in 3600 s by caller.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["beginFaceCheck"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{userId}/signing-methods/{signingMethodId}/face-checks/{checkId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Submit face evidence and a device signature over the request to be authorized
         * @description Submit face evidence and a device signature over the request to be authorized.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["passFaceCheck"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/nonfungibles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the non-fungible tokens of up to 50 wallets of a user or a chain, newest wallets first
         * @description List the non-fungible tokens of up to 50 wallets of a user or a chain, newest wallets first.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listNonFungibles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List wallets, newest first by default
         * @description List wallets, newest first by default.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listWallets"];
        put?: never;
        /**
         * Create a wallet for a user, authorized by the user's signing methods, or a standalone wallet with its own PIN
         * @description Create a wallet for a user, authorized by the user's signing methods, or a standalone wallet with its own PIN.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["createWallet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import a wallet from a private key, WIF or keystore, for a user or standalone with its own PIN; or use the key of a wallet on another chain
         * @description Import a wallet from a private key, WIF or keystore, for a user or standalone with its own PIN; or use the key of a wallet on another chain.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["importWallet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{walletId}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Export a wallet's private key, in a password-protected keystore or as plain text
         * @description Export a wallet's private key, in a password-protected keystore or as plain text.
         *
         *     Caller: service key with the scope custody.
         */
        post: operations["exportWallet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{walletId}/metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update the description and identifier of a wallet, archive or unarchive it, or make it the primary wallet of its owner and chain
         * @description Update the description and identifier of a wallet, archive or unarchive it, or make it the primary wallet of its owner and chain.
         *
         *     Caller: service key with the scope custody.
         */
        patch: operations["updateWalletMetadata"];
        trace?: never;
    };
    "/api/wallets/{walletId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a wallet
         * @description Get a wallet.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["getWallet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update the description and identifier of a wallet, archive or unarchive it, or make it the primary wallet of its owner and chain
         * @description Update the description and identifier of a wallet, archive or unarchive it, or make it the primary wallet of its owner and chain.
         *
         *     Caller: service key with the scope custody.
         */
        patch: operations["updateWallet"];
        trace?: never;
    };
    "/api/chains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the names of the chains on which wallets can be created
         * @description List the names of the chains on which wallets can be created.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listChains"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chains/{secretType}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Describe a chain: its coin, its newest block and the confirmations that make a transaction final
         * @description Describe a chain: its coin, its newest block and the confirmations that make a transaction final.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["getChain"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{walletId}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the balance of a wallet
         * @description Get the balance of a wallet.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["getBalanceOfWallet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{walletId}/balance/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the tokens of a wallet, with the indexer of the host
         * @description List the tokens of a wallet, with the indexer of the host.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listTokensOfWallet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{walletId}/balance/tokens/{tokenAddress}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the balance of one token (ERC-20) of a wallet, read from its contract
         * @description Get the balance of one token (ERC-20) of a wallet, read from its contract.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["getTokenOfWallet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{walletId}/nonfungibles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the non-fungible tokens of a wallet, with the indexer of the host
         * @description List the non-fungible tokens of a wallet, with the indexer of the host.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listNonFungiblesOfWallet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{secretType}/{address}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the balance of any address
         * @description Get the balance of any address.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["getBalanceOfAddress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{secretType}/{address}/balance/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the tokens of any address, with the indexer of the host
         * @description List the tokens of any address, with the indexer of the host.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listTokensOfAddress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{secretType}/{address}/balance/tokens/{tokenAddress}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the balance of one token (ERC-20) of any address, read from its contract
         * @description Get the balance of one token (ERC-20) of any address, read from its contract.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["getTokenOfAddress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{secretType}/{address}/nonfungibles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the non-fungible tokens of any address, with the indexer of the host
         * @description List the non-fungible tokens of any address, with the indexer of the host.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listNonFungiblesOfAddress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/address/validation/{secretType}/{address}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check whether a text is an address of a chain, with its checksum
         * @description Check whether a text is an address of a chain, with its checksum.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["validateAddress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{walletId}/user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Link a standalone wallet to a user, whose signing methods replace the wallet's own PIN
         * @description Link a standalone wallet to a user, whose signing methods replace the wallet's own PIN.
         *
         *     Caller: service key with the scope custody.
         */
        put: operations["linkWallet"];
        /**
         * Link a standalone wallet to a user, whose signing methods replace the wallet's own PIN
         * @description Link a standalone wallet to a user, whose signing methods replace the wallet's own PIN.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["linkWalletByPost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{walletId}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Archive a wallet, so that it is listed no more and signs nothing; PATCH restores it
         * @description Archive a wallet, so that it is listed no more and signs nothing; PATCH restores it.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["unlinkWalletByGet"];
        /**
         * Link a standalone wallet to a user, whose signing methods replace the wallet's own PIN
         * @description Link a standalone wallet to a user, whose signing methods replace the wallet's own PIN.
         *
         *     Caller: service key with the scope custody.
         */
        put: operations["linkWalletByPath"];
        /**
         * Link a standalone wallet to a user, whose signing methods replace the wallet's own PIN
         * @description Link a standalone wallet to a user, whose signing methods replace the wallet's own PIN.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["linkWalletByPathAndPost"];
        /**
         * Archive a wallet, so that it is listed no more and signs nothing; PATCH restores it
         * @description Archive a wallet, so that it is listed no more and signs nothing; PATCH restores it.
         *
         *     Caller: service key with the scope custody.
         */
        delete: operations["unlinkWallet"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/signatures/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify a signature of a message or typed data against an address
         * @description Verify a signature of a message or typed data against an address.
         *
         *     Caller: service key with the scope custody.
         */
        post: operations["verifySignature"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/signatures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the requests for a signature that were saved, newest first by default. Those signed at once are not among them
         * @description List the requests for a signature that were saved, newest first by default. Those signed at once are not among them.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listSignatures"];
        put?: never;
        /**
         * Sign a message in the format of the wallet's chain, typed data (EIP-712), or raw bytes if the host allows it; or save the request
         * @description Sign a message in the format of the wallet's chain, typed data (EIP-712), or raw bytes if the host allows it; or save the request.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["createSignature"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/signatures/build": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Save a request for a signature: by default it is confirmed by its user, and then signed
         * @description Save a request for a signature: by default it is confirmed by its user, and then signed.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["buildSignature"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/signatures/{signatureId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a saved request for a signature
         * @description Get a saved request for a signature.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["getSignature"];
        put?: never;
        post?: never;
        /**
         * Cancel a saved request for a signature
         * @description Cancel a saved request for a signature.
         *
         *     Caller: service key with the scope custody.
         */
        delete: operations["deleteSignature"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/signatures/{signatureId}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm a saved request with a signing method of its user; it can be signed for some minutes then
         * @description Confirm a saved request with a signing method of its user; it can be signed for some minutes then.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["confirmSignature"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/signatures/{signatureId}/sign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign a request that is ready, once, with a signing method of its user
         * @description Sign a request that is ready, once, with a signing method of its user.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["signSavedSignature"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the transactions that were sent or are saved, in the order in which they were asked for, newest first by default
         * @description List the transactions that were sent or are saved, in the order in which they were asked for, newest first by default.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listTransactions"];
        put?: never;
        /**
         * Sign and send a transaction; requests with the same Idempotency-Key send it once
         * @description Sign and send a transaction; requests with the same Idempotency-Key send it once.
         *
         *     Caller: service key with the scope custody.
         */
        post: operations["createTransaction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign and send a transaction; requests with the same Idempotency-Key send it once
         * @description Sign and send a transaction; requests with the same Idempotency-Key send it once.
         *
         *     Caller: service key with the scope custody.
         */
        post: operations["executeTransaction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/build": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Build an unsigned transaction, or save it if it has a status; no node is needed if nonce, gasLimit and gasPrice are given
         * @description Build an unsigned transaction, or save it if it has a status; no node is needed if nonce, gasLimit and gasPrice are given.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["buildTransaction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/{secretType}/{hash}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the on-chain status of a transaction
         * @description Get the on-chain status of a transaction.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["getTransactionStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/{transactionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a transaction that is saved, or was sent
         * @description Get a transaction that is saved, or was sent.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["getTransaction"];
        put?: never;
        post?: never;
        /**
         * Cancel a transaction that is saved. One that was sent is canceled on its chain, by POST /api/transactions/cancel
         * @description Cancel a transaction that is saved. One that was sent is canceled on its chain, by POST /api/transactions/cancel.
         *
         *     Caller: service key with the scope custody.
         */
        delete: operations["deleteTransaction"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/{transactionId}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm a saved transaction with a signing method of its user; it can be executed for some minutes then
         * @description Confirm a saved transaction with a signing method of its user; it can be executed for some minutes then.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["confirmTransaction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/{transactionId}/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign and send a transaction that is ready, once, with a signing method of its user
         * @description Sign and send a transaction that is ready, once, with a signing method of its user.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["executeSavedTransaction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/resubmit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign a pending transaction again at a higher fee; either of the two is mined
         * @description Sign a pending transaction again at a higher fee; either of the two is mined.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["resubmitTransaction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace a pending transaction by one without effect at a higher fee; either of the two is mined
         * @description Replace a pending transaction by one without effect at a higher fee; either of the two is mined.
         *
         *     Caller: service key with the scope custody.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["cancelTransaction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transactions/{secretType}/fees": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the fees with which a transaction is sent now
         * @description Get the fees with which a transaction is sent now.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["getTransactionFees"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/contracts/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Call a function of a contract that changes nothing, and decode its result
         * @description Call a function of a contract that changes nothing, and decode its result.
         *
         *     Caller: service key with the scope custody.
         */
        post: operations["readContract"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/contracts/abi/encode": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Encode the call data of a contract function (Solidity contract ABI)
         * @description Encode the call data of a contract function (Solidity contract ABI).
         *
         *     Caller: service key with the scope custody.
         */
        post: operations["encodeContractCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/contracts/abi/decode": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decode what a contract function has returned (Solidity contract ABI)
         * @description Decode what a contract function has returned (Solidity contract ABI).
         *
         *     Caller: service key with the scope custody.
         */
        post: operations["decodeContractData"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/nonfungibles/{secretType}/{contract}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a contract of non-fungible tokens
         * @description Get a contract of non-fungible tokens.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["getNonFungibleContract"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/nonfungibles/{secretType}/{contract}/{tokenId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a non-fungible token
         * @description Get a non-fungible token.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["getNonFungible"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/nonfungibles/{secretType}/{contract}/{tokenId}/wallets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who holds a non-fungible token
         * @description List who holds a non-fungible token.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listNonFungibleHolders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/contracts/{secretType}/{contract}/wallets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who holds tokens of a contract
         * @description List who holds tokens of a contract.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listTokenHolders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{walletId}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the events of a wallet from the audit log, newest first
         * @description List the events of a wallet from the audit log, newest first.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listWalletEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/swaps/rates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the rates of an exchange of tokens
         * @description List the rates of an exchange of tokens.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listSwapRates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{walletId}/swaps/pairs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what a wallet can exchange for what
         * @description List what a wallet can exchange for what.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["listSwapPairs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wallets/{walletId}/swaps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Build the transactions of an exchange of tokens. They are sent like any other, with a signing method
         * @description Build the transactions of an exchange of tokens. They are sent like any other, with a signing method.
         *
         *     Caller: service key with the scope custody.
         */
        post: operations["buildSwap"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the profile of a user, or, without userId, that of the caller, a service key
         * @description Get the profile of a user, or, without userId, that of the caller, a service key.
         *
         *     Caller: service key with the scope custody.
         */
        get: operations["getProfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/actuator/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check whether the storage can be read
         * @description Check whether the storage can be read.
         *
         *     Caller: public.
         *
         *     Rate limit: 600 in 60 s by ip.
         */
        get: operations["getCustodyHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/security": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the public key for encrypting the Encrypted-Signing-Method header
         * @description Get the public key for encrypting the Encrypted-Signing-Method header.
         *
         *     Caller: public.
         *
         *     Rate limit: 600 in 60 s by ip.
         */
        get: operations["getSecurity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document
         * @description This document.
         *
         *     Caller: unguarded.
         */
        get: operations["openApiDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Error: {
            /** @constant */
            success: false;
            errors: {
                code: string;
                message: string;
                /** @description The same as code */
                errorCode: string;
                /** @description The same as message */
                errorMessage: string;
            }[];
        };
        /**
         * @description A type of signing method of the host
         * @enum {string}
         */
        SigningMethodType: "PIN" | "EMERGENCY_CODE" | "BIOMETRIC" | "PASSWORD";
        User: {
            id: string;
            reference?: string;
            createdAt: string;
            signingMethods?: components["schemas"]["SigningMethod"][];
        };
        SigningMethod: {
            id: string;
            type: components["schemas"]["SigningMethodType"];
            incorrectAttempts: number;
            remainingAttempts: number;
            lastUsedSuccess?: string;
            /** @description When the temporary lock ends or ended */
            lockedUntil?: string;
            hasMasterSecret: boolean;
            /** @description RFC 7638 thumbprint of the device of a BIOMETRIC with face verification */
            device?: string;
            /** @description The generated value, returned only once */
            value?: string;
            /** @description PASSKEY: the user's name for it */
            name?: string;
            /** @description PASSKEY: whether its authenticator gives the secret that opens wallet keys */
            prf?: boolean;
            /** @description PASSKEY: whether the passkey is in the user's cloud */
            backedUp?: boolean;
            /** @description PASSKEY: the make of the authenticator */
            aaguid?: string;
            /** @description PASSKEY: the credential, base64url, for the Signal API of browsers */
            credentialId?: string;
        };
        Pagination: {
            pageNumber: number;
            pageSize: number;
            numberOfPages: number;
            /** @description The total, exact up to 1,000 elements after this page */
            numberOfElements: number;
            hasNextPage: boolean;
            hasPreviousPage: boolean;
        };
        /**
         * @description A chain of the host
         * @enum {string}
         */
        SecretType: "ETHEREUM" | "MATIC" | "BSC" | "AVAC" | "ARBITRUM" | "OPTIMISM" | "BASE" | "AETERNITY" | "BITCOIN" | "LITECOIN" | "SOLANA" | "TRON";
        NonFungible: {
            /** @description The id of the token in its contract */
            id: string;
            name?: string;
            description?: string;
            url?: string;
            imageUrl?: string;
            fungible: boolean;
            contract: {
                address: string;
                name?: string;
                symbol?: string;
                type: string;
                possibleSpam: boolean;
                isNsfw: boolean;
            };
            attributes: {
                type: string;
                value: string;
                name: string;
            }[];
            balance: number;
            finalBalance: number;
        };
        Wallet: {
            id: string;
            address: string;
            /** @description WHITE_LABEL, or SMART_ACCOUNT for a contract account */
            walletType: string;
            /** @description SMART_ACCOUNT: the contract, such as safe-1.4.1 */
            accountType?: string;
            /** @description SMART_ACCOUNT: the address of the key that owns the contract */
            ownerAddress?: string;
            secretType: components["schemas"]["SecretType"];
            createdAt: string;
            archived: boolean;
            description?: string;
            identifier?: string;
            primary: boolean;
            hasCustomPin: boolean;
            /** @description False: the server alone cannot sign */
            custodial: boolean;
            userId?: string;
            balance: components["schemas"]["Balance"];
        };
        Balance: {
            /** @description False if no node says the balance; the four amounts are absent then */
            available: boolean;
            secretType: components["schemas"]["SecretType"];
            balance?: number;
            gasBalance?: number;
            symbol: string;
            gasSymbol: string;
            rawBalance?: string;
            rawGasBalance?: string;
            decimals: number;
        };
        Chain: {
            secretType: components["schemas"]["SecretType"];
            symbol: string;
            decimals: number;
            /** @description The importWalletType values of POST /api/wallets/import for this chain */
            importWalletTypes: string[];
            /** @description Confirmations after which a transaction is final */
            requiredConfirmations: number;
            /** @description The newest block; absent if no node says it */
            blockNumber?: number;
            /** @description EVM chains: the chain id (EIP-155) */
            chainId?: number;
        };
        Token: {
            tokenAddress: string;
            rawBalance: string;
            balance: number;
            decimals: number;
            symbol: string;
            name: string;
            logo?: string;
            /** @constant */
            type: "ERC_20";
            transferable: boolean;
            possibleSpam: boolean;
        };
        Signature: {
            /** @constant */
            type: "HEX_SIGNATURE";
            /** @description ECDSA signatures only */
            r?: string;
            s?: string;
            v?: string;
            signature: string;
            /** @description The signature in the chain's native encoding, if that is not hex */
            encoded?: string;
        };
        createTransactionBodyPart0: {
            /** @description uint256, address[], (address,uint256), tuple, ... */
            type: string;
            components?: components["schemas"]["createTransactionBodyPart0"];
        }[];
        Transaction: {
            id: string;
            createdAt: string;
            /** @description Until when a saved transaction can be confirmed, or a ready one executed */
            expiresAt?: string;
            /** @description Absent until the transaction is sent */
            transactionHash?: string;
            /** @description Of one transaction that waits, with the fields of its request */
            transactionRequest: {
                id: string;
                walletId: string;
                secretType: components["schemas"]["SecretType"];
                /** @description ETH_TRANSACTION, MATIC_ERC20_TRANSACTION, ... */
                type: string;
                /** @description The type of the request: TRANSFER, TOKEN_TRANSFER, ... */
                transferType: string;
                /**
                 * @description A transaction is PENDING until the chain says that it is final
                 * @enum {string}
                 */
                status: "SAVED" | "READY" | "PENDING" | "SUCCEEDED" | "FAILED" | "OVERRIDDEN" | "EXPIRED" | "CANCELED";
            } & {
                [key: string]: unknown;
            };
        };
        executeTransactionBodyPart0: {
            /** @description uint256, address[], (address,uint256), tuple, ... */
            type: string;
            components?: components["schemas"]["executeTransactionBodyPart0"];
        }[];
        buildTransactionBodyPart0: {
            /** @description uint256, address[], (address,uint256), tuple, ... */
            type: string;
            components?: components["schemas"]["buildTransactionBodyPart0"];
        }[];
        readContractBodyPart0: {
            /** @description uint256, address[], (address,uint256), tuple, ... */
            type: string;
            components?: components["schemas"]["readContractBodyPart0"];
        }[];
        encodeContractCallBodyPart0: {
            /** @description uint256, address[], (address,uint256), tuple, ... */
            type: string;
            components?: components["schemas"]["encodeContractCallBodyPart0"];
        }[];
        decodeContractDataBodyPart0: {
            /** @description uint256, address[], (address,uint256), tuple, ... */
            type: string;
            components?: components["schemas"]["decodeContractDataBodyPart0"];
        }[];
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                realm: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    grant_type?: string;
                    client_id?: string;
                    client_secret?: string;
                };
            };
        };
        responses: {
            /** @description The access token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        access_token: string;
                        /** @constant */
                        token_type: "Bearer";
                        expires_in: number;
                        scope: string;
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unknown client or wrong secret */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Too many requests: at most 120 in 60 s by ip */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                page?: number;
                size?: number;
                reference?: string;
                owner?: string;
                includeSigningMethods?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of users */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["User"][];
                        pagination: components["schemas"]["Pagination"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reference?: string | null;
                    signingMethod?: {
                        type: components["schemas"]["SigningMethodType"];
                        value?: (string | number) | null;
                    } | null;
                };
            };
        };
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["User"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description A request with this idempotency key is in progress, try again later */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["User"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such user */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reference: string | null;
                };
            };
        };
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["User"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
            };
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user was deleted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such user */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createSigningMethod: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "Idempotency-Key"?: string;
            };
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    value?: (string | number) | null;
                    devicePublicKey?: string | null;
                    /** @description For a PASSKEY: the `RegistrationResponseJSON` of WebAuthn Level 3, without the results of the PRF extension */
                    passkey?: {
                        [key: string]: unknown;
                    };
                    /** @description For a PASSKEY: the user's name for it */
                    name?: string;
                    type: components["schemas"]["SigningMethodType"];
                };
            };
        };
        responses: {
            /** @description The signing method */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["SigningMethod"] | components["schemas"]["SigningMethod"][];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description A request with this idempotency key is in progress, try again later */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    replaceSigningMethod: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
            };
            path: {
                userId: string;
                signingMethodId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    value?: (string | number) | null;
                    devicePublicKey?: string | null;
                    /** @description For a PASSKEY: the `RegistrationResponseJSON` of WebAuthn Level 3, without the results of the PRF extension */
                    passkey?: {
                        [key: string]: unknown;
                    };
                    /** @description For a PASSKEY: the user's name for it */
                    name?: string;
                };
            };
        };
        responses: {
            /** @description The signing method */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["SigningMethod"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    deleteSigningMethod: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
            };
            path: {
                userId: string;
                signingMethodId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The signing method was removed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateSigningMethod: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
            };
            path: {
                userId: string;
                signingMethodId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    value?: (string | number) | null;
                    devicePublicKey?: string | null;
                    /** @description For a PASSKEY: the `RegistrationResponseJSON` of WebAuthn Level 3, without the results of the PRF extension */
                    passkey?: {
                        [key: string]: unknown;
                    };
                    /** @description For a PASSKEY: the user's name for it */
                    name?: string;
                };
            };
        };
        responses: {
            /** @description The signing method */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["SigningMethod"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    beginFaceCheck: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                userId: string;
                signingMethodId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The face check */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            id: string;
                            expiresAt: string;
                            /** @description The liveness challenge, or the session of a liveness SDK */
                            liveness?: {
                                [key: string]: unknown;
                            };
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such user, signing method or face check */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A request with this idempotency key is in progress, try again later */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Too many requests: at most 6000 in 3600 s by caller */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No biometric verifier is configured */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The verifier is unavailable; no attempt was counted */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    passFaceCheck: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                userId: string;
                signingMethodId: string;
                checkId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    selfie?: string;
                    frames?: string[];
                    livenessSessionId?: string;
                    livenessPayload?: {
                        format: string;
                        data: string;
                    };
                    /** @description The signing method's device and its signature over the face check and the request */
                    device: {
                        publicKey: string;
                        signature: string;
                    };
                    /** @description The request that the face check authorizes */
                    request: {
                        /** @enum {string} */
                        method: "POST" | "PUT" | "PATCH" | "DELETE";
                        /** @description The path relative to the mount point, including the query string */
                        target: string;
                        /** @description SHA-256 of the request body, base64url */
                        bodySha256: string;
                    };
                };
            };
        };
        responses: {
            /** @description The face matched */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            id: string;
                            expiresAt: string;
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such user, signing method or face check */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description A request with this idempotency key is in progress, try again later */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No biometric verifier is configured */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The verifier is unavailable; no attempt was counted */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listNonFungibles: {
        parameters: {
            query?: {
                secretType?: components["schemas"]["SecretType"] | components["schemas"]["SecretType"][];
                userId?: string;
                includeUsers?: "true" | "false";
                includePossibleSpam?: "true" | "false";
                includeNsfw?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The wallets that hold any */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            walletId: string;
                            walletAddress: string;
                            walletType: string;
                            secretType: components["schemas"]["SecretType"];
                            items: components["schemas"]["NonFungible"][];
                        }[];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The host has no indexer of tokens */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listWallets: {
        parameters: {
            query?: {
                page?: number;
                size?: number;
                secretType?: components["schemas"]["SecretType"];
                userId?: string;
                identifier?: string;
                address?: string;
                archived?: "true" | "false";
                includeUsers?: "true" | "false";
                linkable?: "true" | "false";
                owner?: string;
                includeBalance?: "true" | "false";
                sortOn?: "createdAt" | "address" | "description" | "identifier" | "secretType";
                sortOrder?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of wallets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Wallet"][];
                        pagination: components["schemas"]["Pagination"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createWallet: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    secretType: components["schemas"]["SecretType"];
                    /** @description SMART_ACCOUNT for a contract account (ERC-4337), whose owner is the key of the wallet. Others make no difference */
                    walletType?: string | null;
                    userId?: string | null;
                    description?: string | null;
                    identifier?: string | null;
                    pincode?: (string | number) | null;
                };
            };
        };
        responses: {
            /** @description The wallet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Wallet"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description A request with this idempotency key is in progress, try again later */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    importWallet: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Chain and format: ETHEREUM_PRIVATE_KEY, ETHEREUM_KEYSTORE, BITCOIN_WIF, AETERNITY_KEYSTORE, ... */
                    importWalletType: string;
                    userId?: string | null;
                    pincode?: (string | number) | null;
                    privateKey?: string | null;
                    wif?: string | null;
                    passphrase?: string | null;
                    keystore?: (string | {
                        [key: string]: unknown;
                    }) | null;
                    password?: string | null;
                    walletId?: string | null;
                    to?: string | null;
                    description?: string | null;
                    identifier?: string | null;
                };
            };
        };
        responses: {
            /** @description The wallet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Wallet"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description A wallet with this address already exists */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    exportWallet: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
            };
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @default KEYSTORE
                     * @enum {string}
                     */
                    type?: "KEYSTORE" | "PRIVATE_KEY";
                    pincode?: (string | number) | null;
                    password?: string | null;
                };
            };
        };
        responses: {
            /** @description The key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            /** @enum {string} */
                            type: "KEYSTORE" | "PRIVATE_KEY";
                            /** @description The keystore file as a JSON string */
                            keystore?: string;
                            /** @description The key in the chain's native text format */
                            privateKey?: string;
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateWalletMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    description?: string | null;
                    identifier?: string | null;
                    archived?: boolean | null;
                    primary?: boolean | null;
                };
            };
        };
        responses: {
            /** @description The wallet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Wallet"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such wallet */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getWallet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The wallet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Wallet"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such wallet */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateWallet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    description?: string | null;
                    identifier?: string | null;
                    archived?: boolean | null;
                    primary?: boolean | null;
                };
            };
        };
        responses: {
            /** @description The wallet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Wallet"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such wallet */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listChains: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The values of secretType */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: string[];
                    };
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getChain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                secretType: components["schemas"]["SecretType"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The chain */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Chain"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getBalanceOfWallet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The balance */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Balance"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listTokensOfWallet: {
        parameters: {
            query?: {
                includePossibleSpam?: "true" | "false";
                tokenAddress?: string | string[];
                all?: "true" | "false";
            };
            header?: never;
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tokens of which it holds any */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Token"][];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The host has no indexer of tokens for this chain */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getTokenOfWallet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                walletId: string;
                tokenAddress: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The balance */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Token"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No token contract at this address */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listNonFungiblesOfWallet: {
        parameters: {
            query?: {
                includePossibleSpam?: "true" | "false";
                includeNsfw?: "true" | "false";
                "contract-addresses"?: string;
            };
            header?: never;
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["NonFungible"][];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The host has no indexer of tokens for this chain */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getBalanceOfAddress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                secretType: components["schemas"]["SecretType"];
                address: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The balance */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Balance"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listTokensOfAddress: {
        parameters: {
            query?: {
                includePossibleSpam?: "true" | "false";
                tokenAddress?: string | string[];
                all?: "true" | "false";
            };
            header?: never;
            path: {
                secretType: components["schemas"]["SecretType"];
                address: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tokens of which it holds any */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Token"][];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The host has no indexer of tokens for this chain */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getTokenOfAddress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                secretType: components["schemas"]["SecretType"];
                address: string;
                tokenAddress: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The balance */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Token"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No token contract at this address */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listNonFungiblesOfAddress: {
        parameters: {
            query?: {
                includePossibleSpam?: "true" | "false";
                includeNsfw?: "true" | "false";
                "contract-addresses"?: string;
            };
            header?: never;
            path: {
                secretType: components["schemas"]["SecretType"];
                address: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["NonFungible"][];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The host has no indexer of tokens for this chain */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    validateAddress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                secretType: components["schemas"]["SecretType"];
                address: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            valid: boolean;
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    linkWallet: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
            };
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    userId: string;
                    pincode: string | number;
                };
            };
        };
        responses: {
            /** @description The wallet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Wallet"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    linkWalletByPost: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "Idempotency-Key"?: string;
            };
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    userId: string;
                    pincode: string | number;
                };
            };
        };
        responses: {
            /** @description The wallet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Wallet"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description A request with this idempotency key is in progress, try again later */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    unlinkWalletByGet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The wallet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Wallet"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such wallet */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    linkWalletByPath: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
            };
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    userId: string;
                    pincode: string | number;
                };
            };
        };
        responses: {
            /** @description The wallet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Wallet"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    linkWalletByPathAndPost: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "Idempotency-Key"?: string;
            };
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    userId: string;
                    pincode: string | number;
                };
            };
        };
        responses: {
            /** @description The wallet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Wallet"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description A request with this idempotency key is in progress, try again later */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    unlinkWallet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The wallet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Wallet"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such wallet */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    verifySignature: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    type?: ("MESSAGE" | "EIP712") | null;
                    secretType: components["schemas"]["SecretType"];
                    data?: ({
                        [key: string]: unknown;
                    } | string) | null;
                    message?: string | null;
                    /**
                     * @description How the data of a MESSAGE is written. Default: text, signed as UTF-8. hex and base64: any bytes, signed as they are
                     * @enum {string}
                     */
                    dataEncoding?: "text" | "hex" | "base64";
                    /** @description Hex, or the chain's native encoding; of contract accounts on EVM chains too (ERC-1271, ERC-6492) */
                    signature: string;
                    walletAddress?: string | null;
                    signerAddress?: string | null;
                    address?: string | null;
                    walletId?: string | null;
                };
            };
        };
        responses: {
            /** @description True if the signature is valid */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            isValid: boolean;
                        } | boolean;
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The node of the chain, which knows contract accounts, is not available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listSignatures: {
        parameters: {
            query?: {
                page?: number;
                size?: number;
                status?: string | string[];
                userId?: string;
                includeUsers?: "true" | "false";
                sortOn?: "createdAt";
                sortOrder?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of requests */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            id: string;
                            createdAt: string;
                            expiresAt: string;
                            /** @description ETHEREUM_RAW for a message, ETHEREUM_EIP712, ... */
                            type: string;
                            signatureRequest: {
                                id: string;
                                walletId: string;
                                secretType: components["schemas"]["SecretType"];
                                /** @enum {string} */
                                status: "SAVED" | "READY" | "SIGNED" | "EXPIRED" | "CANCELED";
                                type: string;
                                /** @description Absent in lists, and once the request is final */
                                data?: unknown;
                                /** @description True if a hash of the data is signed */
                                hash: boolean;
                            };
                        }[];
                        pagination: components["schemas"]["Pagination"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createSignature: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    pincode?: (string | number) | null;
                    signatureRequest: {
                        /** @constant */
                        type: "MESSAGE";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        /** @description SAVED: confirmed and signed later. READY: signed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        data: string;
                        /**
                         * @description How the data of a MESSAGE is written. Default: text, signed as UTF-8. hex and base64: any bytes, signed as they are
                         * @enum {string}
                         */
                        dataEncoding?: "text" | "hex" | "base64";
                    } | {
                        /** @constant */
                        type: "EIP712";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        /** @description SAVED: confirmed and signed later. READY: signed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        /** @description Typed data, as an object or a JSON string */
                        data: {
                            [key: string]: unknown;
                        } | string;
                    } | {
                        /** @enum {string} */
                        type: "ETHEREUM_RAW" | "MATIC_RAW" | "BSC_RAW" | "AVAC_RAW" | "ARBITRUM_RAW" | "OPTIMISM_RAW" | "BASE_RAW" | "AETERNITY_RAW" | "BITCOIN_RAW" | "LITECOIN_RAW" | "SOLANA_RAW" | "TRON_RAW";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        /** @description SAVED: confirmed and signed later. READY: signed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        /** @description Hex: a 32-byte hash on secp256k1, up to 64 KiB on ed25519 */
                        data: string;
                    };
                };
            };
        };
        responses: {
            /** @description The signature */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Signature"] | {
                            id: string;
                            createdAt: string;
                            expiresAt: string;
                            /** @description ETHEREUM_RAW for a message, ETHEREUM_EIP712, ... */
                            type: string;
                            signatureRequest: {
                                id: string;
                                walletId: string;
                                secretType: components["schemas"]["SecretType"];
                                /** @enum {string} */
                                status: "SAVED" | "READY" | "SIGNED" | "EXPIRED" | "CANCELED";
                                type: string;
                                /** @description Absent in lists, and once the request is final */
                                data?: unknown;
                                /** @description True if a hash of the data is signed */
                                hash: boolean;
                            };
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description A request with this idempotency key is in progress, try again later */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    buildSignature: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    signatureRequest?: ({
                        /** @constant */
                        type: "MESSAGE";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        /** @description SAVED: confirmed and signed later. READY: signed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        data: string;
                        /**
                         * @description How the data of a MESSAGE is written. Default: text, signed as UTF-8. hex and base64: any bytes, signed as they are
                         * @enum {string}
                         */
                        dataEncoding?: "text" | "hex" | "base64";
                    } | {
                        /** @constant */
                        type: "EIP712";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        /** @description SAVED: confirmed and signed later. READY: signed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        /** @description Typed data, as an object or a JSON string */
                        data: {
                            [key: string]: unknown;
                        } | string;
                    } | {
                        /** @enum {string} */
                        type: "ETHEREUM_RAW" | "MATIC_RAW" | "BSC_RAW" | "AVAC_RAW" | "ARBITRUM_RAW" | "OPTIMISM_RAW" | "BASE_RAW" | "AETERNITY_RAW" | "BITCOIN_RAW" | "LITECOIN_RAW" | "SOLANA_RAW" | "TRON_RAW";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        /** @description SAVED: confirmed and signed later. READY: signed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        /** @description Hex: a 32-byte hash on secp256k1, up to 64 KiB on ed25519 */
                        data: string;
                    }) | null;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            id: string;
                            createdAt: string;
                            expiresAt: string;
                            /** @description ETHEREUM_RAW for a message, ETHEREUM_EIP712, ... */
                            type: string;
                            signatureRequest: {
                                id: string;
                                walletId: string;
                                secretType: components["schemas"]["SecretType"];
                                /** @enum {string} */
                                status: "SAVED" | "READY" | "SIGNED" | "EXPIRED" | "CANCELED";
                                type: string;
                                /** @description Absent in lists, and once the request is final */
                                data?: unknown;
                                /** @description True if a hash of the data is signed */
                                hash: boolean;
                            };
                            /** @constant */
                            success: true;
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description A request with this idempotency key is in progress, try again later */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getSignature: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                signatureId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            id: string;
                            createdAt: string;
                            expiresAt: string;
                            /** @description ETHEREUM_RAW for a message, ETHEREUM_EIP712, ... */
                            type: string;
                            signatureRequest: {
                                id: string;
                                walletId: string;
                                secretType: components["schemas"]["SecretType"];
                                /** @enum {string} */
                                status: "SAVED" | "READY" | "SIGNED" | "EXPIRED" | "CANCELED";
                                type: string;
                                /** @description Absent in lists, and once the request is final */
                                data?: unknown;
                                /** @description True if a hash of the data is signed */
                                hash: boolean;
                            };
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such request */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    deleteSignature: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                signatureId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            id: string;
                            createdAt: string;
                            expiresAt: string;
                            /** @description ETHEREUM_RAW for a message, ETHEREUM_EIP712, ... */
                            type: string;
                            signatureRequest: {
                                id: string;
                                walletId: string;
                                secretType: components["schemas"]["SecretType"];
                                /** @enum {string} */
                                status: "SAVED" | "READY" | "SIGNED" | "EXPIRED" | "CANCELED";
                                type: string;
                                /** @description Absent in lists, and once the request is final */
                                data?: unknown;
                                /** @description True if a hash of the data is signed */
                                hash: boolean;
                            };
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such request */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request has another status */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request has expired */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    confirmSignature: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "Idempotency-Key"?: string;
            };
            path: {
                signatureId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    secretType?: string | null;
                    pincode?: (string | number) | null;
                };
            };
        };
        responses: {
            /** @description The request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            id: string;
                            createdAt: string;
                            expiresAt: string;
                            /** @description ETHEREUM_RAW for a message, ETHEREUM_EIP712, ... */
                            type: string;
                            signatureRequest: {
                                id: string;
                                walletId: string;
                                secretType: components["schemas"]["SecretType"];
                                /** @enum {string} */
                                status: "SAVED" | "READY" | "SIGNED" | "EXPIRED" | "CANCELED";
                                type: string;
                                /** @description Absent in lists, and once the request is final */
                                data?: unknown;
                                /** @description True if a hash of the data is signed */
                                hash: boolean;
                            };
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such request */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request has another status */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request has expired */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    signSavedSignature: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "Idempotency-Key"?: string;
            };
            path: {
                signatureId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    secretType?: string | null;
                    pincode?: (string | number) | null;
                };
            };
        };
        responses: {
            /** @description The signature */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Signature"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such request */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request has another status */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request has expired */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listTransactions: {
        parameters: {
            query?: {
                page?: number;
                size?: number;
                statuses?: string | string[];
                userId?: string;
                includeUsers?: "true" | "false";
                sortOn?: "createdAt";
                sortOrder?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of transactions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Transaction"][];
                        pagination: components["schemas"]["Pagination"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createTransaction: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    pincode?: (string | number) | null;
                    transactionRequest?: ({
                        /** @constant */
                        type: "TRANSFER";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        /** @description In whole units: 0.1 */
                        value: number | string;
                        data?: string | null;
                    } | {
                        /** @constant */
                        type: "GAS_TRANSFER";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        /** @description In whole units: 0.1 */
                        value: number | string;
                        data?: string | null;
                    } | {
                        /** @constant */
                        type: "TOKEN_TRANSFER";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        tokenAddress: string;
                        /** @description In whole tokens */
                        value: number | string;
                    } | {
                        /** @constant */
                        type: "NFT_TRANSFER";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        tokenAddress: string;
                        tokenId?: (number | string) | null;
                        amount?: (number | string) | null;
                    } | {
                        /** @constant */
                        type: "CONTRACT_EXECUTION";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        /** @description SOLANA: the instruction of an Anchor program, or empty for a program without names */
                        functionName: string;
                        inputs?: {
                            /** @description uint256, address[], (address,uint256), tuple, ... */
                            type: string;
                            /** @description The value, or its text */
                            value: unknown;
                            components?: components["schemas"]["createTransactionBodyPart0"] | null;
                        }[] | null;
                        /** @description In minor units (wei), unlike in the other types */
                        value?: (number | string) | null;
                    } | {
                        /** @constant */
                        type: "BATCH";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        /** @description Contract accounts: transfers and calls, all of which are executed, or none */
                        calls: ({
                            /** @constant */
                            type: "TRANSFER";
                            to: string;
                            /** @description In whole units: 0.1 */
                            value: number | string;
                            data?: string | null;
                        } | {
                            /** @constant */
                            type: "GAS_TRANSFER";
                            to: string;
                            /** @description In whole units: 0.1 */
                            value: number | string;
                            data?: string | null;
                        } | {
                            /** @constant */
                            type: "TOKEN_TRANSFER";
                            to: string;
                            tokenAddress: string;
                            /** @description In whole tokens */
                            value: number | string;
                        } | {
                            /** @constant */
                            type: "NFT_TRANSFER";
                            to: string;
                            tokenAddress: string;
                            tokenId?: (number | string) | null;
                            amount?: (number | string) | null;
                        } | {
                            /** @constant */
                            type: "CONTRACT_EXECUTION";
                            to: string;
                            /** @description SOLANA: the instruction of an Anchor program, or empty for a program without names */
                            functionName: string;
                            inputs?: {
                                /** @description uint256, address[], (address,uint256), tuple, ... */
                                type: string;
                                /** @description The value, or its text */
                                value: unknown;
                                components?: components["schemas"]["createTransactionBodyPart0"] | null;
                            }[] | null;
                            /** @description In minor units (wei), unlike in the other types */
                            value?: (number | string) | null;
                        })[];
                    } | {
                        /** @constant */
                        type: "DELEGATION";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        /** @description EVM: the contract whose code the account gets (EIP-7702), one that the host allows; the zero address ends a delegation */
                        delegate: string;
                        /** @description Default: the account itself */
                        to?: string | null;
                        /** @description In whole units: 0.1 */
                        value?: (number | string) | null;
                        data?: string | null;
                        /** @description True for an authorization for every chain, where the host allows it */
                        anyChain?: boolean | null;
                    }) | null;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The transaction is stored, and is sent even if no node accepts it now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            id: string;
                            /** @description The hash of the transaction; of a contract account, that of the user operation */
                            transactionHash: string;
                        } | components["schemas"]["Transaction"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Another transaction used its nonce; nothing was sent */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No node of the chain is available; nothing was sent */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    executeTransaction: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    pincode?: (string | number) | null;
                    transactionRequest?: ({
                        /** @constant */
                        type: "TRANSFER";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        /** @description In whole units: 0.1 */
                        value: number | string;
                        data?: string | null;
                    } | {
                        /** @constant */
                        type: "GAS_TRANSFER";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        /** @description In whole units: 0.1 */
                        value: number | string;
                        data?: string | null;
                    } | {
                        /** @constant */
                        type: "TOKEN_TRANSFER";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        tokenAddress: string;
                        /** @description In whole tokens */
                        value: number | string;
                    } | {
                        /** @constant */
                        type: "NFT_TRANSFER";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        tokenAddress: string;
                        tokenId?: (number | string) | null;
                        amount?: (number | string) | null;
                    } | {
                        /** @constant */
                        type: "CONTRACT_EXECUTION";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        /** @description SOLANA: the instruction of an Anchor program, or empty for a program without names */
                        functionName: string;
                        inputs?: {
                            /** @description uint256, address[], (address,uint256), tuple, ... */
                            type: string;
                            /** @description The value, or its text */
                            value: unknown;
                            components?: components["schemas"]["executeTransactionBodyPart0"] | null;
                        }[] | null;
                        /** @description In minor units (wei), unlike in the other types */
                        value?: (number | string) | null;
                    } | {
                        /** @constant */
                        type: "BATCH";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        /** @description Contract accounts: transfers and calls, all of which are executed, or none */
                        calls: ({
                            /** @constant */
                            type: "TRANSFER";
                            to: string;
                            /** @description In whole units: 0.1 */
                            value: number | string;
                            data?: string | null;
                        } | {
                            /** @constant */
                            type: "GAS_TRANSFER";
                            to: string;
                            /** @description In whole units: 0.1 */
                            value: number | string;
                            data?: string | null;
                        } | {
                            /** @constant */
                            type: "TOKEN_TRANSFER";
                            to: string;
                            tokenAddress: string;
                            /** @description In whole tokens */
                            value: number | string;
                        } | {
                            /** @constant */
                            type: "NFT_TRANSFER";
                            to: string;
                            tokenAddress: string;
                            tokenId?: (number | string) | null;
                            amount?: (number | string) | null;
                        } | {
                            /** @constant */
                            type: "CONTRACT_EXECUTION";
                            to: string;
                            /** @description SOLANA: the instruction of an Anchor program, or empty for a program without names */
                            functionName: string;
                            inputs?: {
                                /** @description uint256, address[], (address,uint256), tuple, ... */
                                type: string;
                                /** @description The value, or its text */
                                value: unknown;
                                components?: components["schemas"]["executeTransactionBodyPart0"] | null;
                            }[] | null;
                            /** @description In minor units (wei), unlike in the other types */
                            value?: (number | string) | null;
                        })[];
                    } | {
                        /** @constant */
                        type: "DELEGATION";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        /** @description EVM: the contract whose code the account gets (EIP-7702), one that the host allows; the zero address ends a delegation */
                        delegate: string;
                        /** @description Default: the account itself */
                        to?: string | null;
                        /** @description In whole units: 0.1 */
                        value?: (number | string) | null;
                        data?: string | null;
                        /** @description True for an authorization for every chain, where the host allows it */
                        anyChain?: boolean | null;
                    }) | null;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The transaction is stored, and is sent even if no node accepts it now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            id: string;
                            /** @description The hash of the transaction; of a contract account, that of the user operation */
                            transactionHash: string;
                        } | components["schemas"]["Transaction"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Another transaction used its nonce; nothing was sent */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The Idempotency-Key was used for another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No node of the chain is available; nothing was sent */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    buildTransaction: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    pincode?: (string | number) | null;
                    transactionRequest?: ({
                        /** @constant */
                        type: "TRANSFER";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        /** @description In whole units: 0.1 */
                        value: number | string;
                        data?: string | null;
                    } | {
                        /** @constant */
                        type: "GAS_TRANSFER";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        /** @description In whole units: 0.1 */
                        value: number | string;
                        data?: string | null;
                    } | {
                        /** @constant */
                        type: "TOKEN_TRANSFER";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        tokenAddress: string;
                        /** @description In whole tokens */
                        value: number | string;
                    } | {
                        /** @constant */
                        type: "NFT_TRANSFER";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        tokenAddress: string;
                        tokenId?: (number | string) | null;
                        amount?: (number | string) | null;
                    } | {
                        /** @constant */
                        type: "CONTRACT_EXECUTION";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        to: string;
                        /** @description SOLANA: the instruction of an Anchor program, or empty for a program without names */
                        functionName: string;
                        inputs?: {
                            /** @description uint256, address[], (address,uint256), tuple, ... */
                            type: string;
                            /** @description The value, or its text */
                            value: unknown;
                            components?: components["schemas"]["buildTransactionBodyPart0"] | null;
                        }[] | null;
                        /** @description In minor units (wei), unlike in the other types */
                        value?: (number | string) | null;
                    } | {
                        /** @constant */
                        type: "BATCH";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        /** @description Contract accounts: transfers and calls, all of which are executed, or none */
                        calls: ({
                            /** @constant */
                            type: "TRANSFER";
                            to: string;
                            /** @description In whole units: 0.1 */
                            value: number | string;
                            data?: string | null;
                        } | {
                            /** @constant */
                            type: "GAS_TRANSFER";
                            to: string;
                            /** @description In whole units: 0.1 */
                            value: number | string;
                            data?: string | null;
                        } | {
                            /** @constant */
                            type: "TOKEN_TRANSFER";
                            to: string;
                            tokenAddress: string;
                            /** @description In whole tokens */
                            value: number | string;
                        } | {
                            /** @constant */
                            type: "NFT_TRANSFER";
                            to: string;
                            tokenAddress: string;
                            tokenId?: (number | string) | null;
                            amount?: (number | string) | null;
                        } | {
                            /** @constant */
                            type: "CONTRACT_EXECUTION";
                            to: string;
                            /** @description SOLANA: the instruction of an Anchor program, or empty for a program without names */
                            functionName: string;
                            inputs?: {
                                /** @description uint256, address[], (address,uint256), tuple, ... */
                                type: string;
                                /** @description The value, or its text */
                                value: unknown;
                                components?: components["schemas"]["buildTransactionBodyPart0"] | null;
                            }[] | null;
                            /** @description In minor units (wei), unlike in the other types */
                            value?: (number | string) | null;
                        })[];
                    } | {
                        /** @constant */
                        type: "DELEGATION";
                        secretType: components["schemas"]["SecretType"];
                        walletId: string;
                        chainSpecificFields?: {
                            nonce?: number | null;
                            gasLimit?: (number | string) | null;
                            gasPrice?: (number | string) | null;
                            maxFeePerGas?: (number | string) | null;
                            maxPriorityFeePerGas?: (number | string) | null;
                            maxReplacementFeePerGas?: (number | string) | null;
                            feeRate?: (number | string) | null;
                            maxReplacementFeeRate?: (number | string) | null;
                            computeUnitPrice?: (number | string) | null;
                            computeUnitLimit?: (number | string) | null;
                            accounts?: {
                                /** @description In base58 */
                                address: string;
                                /** @description True only for the wallet, which alone signs */
                                isSigner?: boolean | null;
                                isWritable?: boolean | null;
                            }[] | null;
                            feeLimit?: (number | string) | null;
                            fee?: (number | string) | null;
                            ttl?: number | null;
                        } | null;
                        /** @description SAVED: confirmed and executed later. READY: executed later, or at once if a signing method is sent. Absent: at once */
                        status?: ("SAVED" | "READY") | null;
                        /** @description EVM: the contract whose code the account gets (EIP-7702), one that the host allows; the zero address ends a delegation */
                        delegate: string;
                        /** @description Default: the account itself */
                        to?: string | null;
                        /** @description In whole units: 0.1 */
                        value?: (number | string) | null;
                        data?: string | null;
                        /** @description True for an authorization for every chain, where the host allows it */
                        anyChain?: boolean | null;
                    }) | null;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The unsigned transaction */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description A request with this idempotency key is in progress, try again later */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No node of the chain is available; nothing was sent */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getTransactionStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                secretType: components["schemas"]["SecretType"];
                hash: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status of the transaction */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            hash: string;
                            /** @enum {string} */
                            status: "UNKNOWN" | "PENDING" | "SUCCEEDED" | "FAILED" | "CANCELED" | "EXPIRED";
                            confirmations: number;
                            blockNumber?: number;
                            blockHash?: string;
                            hasReachedFinality: boolean;
                            /** @description The secretType */
                            chain: string;
                            /** @description Of a user operation, whose hash is hash: the transaction that executed it */
                            transactionHash?: string;
                            /** @description The hash of the replacement at a higher fee that is pending or mined instead */
                            replacedBy?: string;
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getTransaction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                transactionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The transaction */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Transaction"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such request */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    deleteTransaction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                transactionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The transaction */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Transaction"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such request */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request has another status */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request has expired */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    confirmTransaction: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "Idempotency-Key"?: string;
            };
            path: {
                transactionId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    secretType?: string | null;
                    pincode?: (string | number) | null;
                };
            };
        };
        responses: {
            /** @description The transaction */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: components["schemas"]["Transaction"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such request */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request has another status */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request has expired */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    executeSavedTransaction: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "Idempotency-Key"?: string;
            };
            path: {
                transactionId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    secretType?: string | null;
                    pincode?: (string | number) | null;
                };
            };
        };
        responses: {
            /** @description The transaction is stored, and is sent even if no node accepts it now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            id: string;
                            transactionHash: string;
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such request */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request has another status */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request has expired */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No node of the chain is available; nothing was sent */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    resubmitTransaction: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    pincode?: (string | number) | null;
                    secretType: components["schemas"]["SecretType"];
                    /** @description The hash of the transaction, or of an earlier replacement */
                    transactionHash: string;
                };
            };
        };
        responses: {
            /** @description The hash of the replacement */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            id: string;
                            transactionHash: string;
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No transaction of this tenant has the hash */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The transaction is not pending any more */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    cancelTransaction: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    pincode?: (string | number) | null;
                    secretType: components["schemas"]["SecretType"];
                    /** @description The hash of the transaction, or of an earlier replacement */
                    transactionHash: string;
                };
            };
        };
        responses: {
            /** @description The hash of the replacement */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            id: string;
                            transactionHash: string;
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No transaction of this tenant has the hash */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The transaction is not pending any more */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The idempotency key was used for a different request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getTransactionFees: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                secretType: components["schemas"]["SecretType"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The fees by the names of chainSpecificFields; of TRON, its prices */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            secretType: components["schemas"]["SecretType"];
                            /** @description Wei per gas, on chains without a base fee */
                            gasPrice?: number;
                            /** @description Wei per gas (EIP-1559) */
                            maxFeePerGas?: number;
                            /** @description Wei per gas (EIP-1559) */
                            maxPriorityFeePerGas?: number;
                            /** @description Bitcoin, Litecoin: satoshis per virtual byte */
                            feeRate?: number;
                            /** @description SOLANA: millionths of a lamport per compute unit */
                            computeUnitPrice?: number;
                            /** @description TRON: sun per unit of energy that is burnt */
                            energyPrice?: number;
                            /** @description TRON: sun per byte of bandwidth that is burnt */
                            bandwidthPrice?: number;
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readContract: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    secretType: string;
                    walletAddress?: string | null;
                    contractAddress: string;
                    functionName: string;
                    inputs?: {
                        /** @description uint256, address[], (address,uint256), tuple, ... */
                        type: string;
                        /** @description The value, or its text */
                        value: unknown;
                        components?: components["schemas"]["readContractBodyPart0"] | null;
                    }[] | null;
                    outputs?: {
                        /** @description uint256, address[], (address,uint256), tuple, ... */
                        type: string;
                        components?: components["schemas"]["readContractBodyPart0"] | null;
                        params?: components["schemas"]["readContractBodyPart0"] | null;
                    }[] | null;
                };
            };
        };
        responses: {
            /** @description The values, in the order of outputs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            type: string;
                            /** @description Integers are decimal strings, bytes are hex, arrays and tuples are arrays */
                            value: unknown;
                        }[];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    encodeContractCall: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    secretType: string;
                    functionName: string;
                    inputs?: {
                        /** @description uint256, address[], (address,uint256), tuple, ... */
                        type: string;
                        /** @description The value, or its text */
                        value: unknown;
                        components?: components["schemas"]["encodeContractCallBodyPart0"] | null;
                    }[] | null;
                };
            };
        };
        responses: {
            /** @description The selector and the arguments, in hex */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            data: string;
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    decodeContractData: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    secretType: string;
                    /** @description Hex with 0x */
                    data: string;
                    outputs: {
                        /** @description uint256, address[], (address,uint256), tuple, ... */
                        type: string;
                        components?: components["schemas"]["decodeContractDataBodyPart0"] | null;
                        params?: components["schemas"]["decodeContractDataBodyPart0"] | null;
                    }[];
                };
            };
        };
        responses: {
            /** @description The values, in the order of outputs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            type: string;
                            /** @description Arrays and tuples are JSON text */
                            value: string;
                        }[];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getNonFungibleContract: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                secretType: string;
                contract: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The contract */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            address: string;
                            name?: string;
                            symbol?: string;
                            type: string;
                            possibleSpam: boolean;
                            isNsfw: boolean;
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The indexer does not know the contract or the token */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The host has no indexer of tokens for this chain */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getNonFungible: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                secretType: string;
                contract: string;
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            /** @description The id of the token in its contract */
                            id: string;
                            name?: string;
                            description?: string;
                            url?: string;
                            imageUrl?: string;
                            fungible: boolean;
                            contract: {
                                address: string;
                                name?: string;
                                symbol?: string;
                                type: string;
                                possibleSpam: boolean;
                                isNsfw: boolean;
                            };
                            attributes: {
                                type: string;
                                value: string;
                                name: string;
                            }[];
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The indexer does not know the contract or the token */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The host has no indexer of tokens for this chain */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listNonFungibleHolders: {
        parameters: {
            query?: {
                page?: number;
                size?: number;
            };
            header?: never;
            path: {
                secretType: string;
                contract: string;
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of holders */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            walletAddress: string;
                            contractAddress: string;
                            /** @description Absent beyond 2^53 - 1 */
                            tokenBalance?: number;
                            /** @description The same, exact, in the smallest unit of the token */
                            rawTokenBalance: string;
                            /** @description Absent beyond 2^53 - 1, and for fungible tokens */
                            tokenId?: number;
                            rawTokenId?: string;
                        }[];
                        pagination: components["schemas"]["Pagination"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The indexer does not know the contract or the token */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The host has no indexer of tokens for this chain */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listTokenHolders: {
        parameters: {
            query?: {
                page?: number;
                size?: number;
            };
            header?: never;
            path: {
                secretType: string;
                contract: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of holders */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            walletAddress: string;
                            contractAddress: string;
                            /** @description Absent beyond 2^53 - 1 */
                            tokenBalance?: number;
                            /** @description The same, exact, in the smallest unit of the token */
                            rawTokenBalance: string;
                            /** @description Absent beyond 2^53 - 1, and for fungible tokens */
                            tokenId?: number;
                            rawTokenId?: string;
                        }[];
                        pagination: components["schemas"]["Pagination"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The indexer does not know the contract or the token */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The host has no indexer of tokens for this chain */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No node of the chain is available */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listWalletEvents: {
        parameters: {
            query?: {
                page?: number;
                size?: number;
            };
            header?: never;
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            eventTimestamp: string;
                            /** @description WALLET_CREATED, SIGNATURE_CREATED, OUTGOING_TRANSACTION, ... */
                            type: string;
                            /** @description The service key that caused it */
                            client: string;
                            /** @description Ids and words as JSON */
                            metadata: string;
                            walletId: string;
                        }[];
                        pagination: components["schemas"]["Pagination"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such wallet */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listSwapRates: {
        parameters: {
            query: {
                fromSecretType: string;
                toSecretType: string;
                fromToken: string;
                toToken: string;
                amount: number;
                orderType: "SELL" | "BUY";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rates */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            exchangeRates: {
                                exchange: string;
                                /** @enum {string} */
                                orderType: "SELL" | "BUY";
                                inputAmount: number;
                                outputAmount: number;
                                slippage: number;
                                fee: number;
                            }[];
                            bestRate?: {
                                exchange: string;
                                /** @enum {string} */
                                orderType: "SELL" | "BUY";
                                inputAmount: number;
                                outputAmount: number;
                                slippage: number;
                                fee: number;
                            };
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The host has no provider of swaps */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The provider fails */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listSwapPairs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pairs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            from: {
                                secretType: components["schemas"]["SecretType"];
                                symbol: string;
                                tokenAddress?: string;
                            };
                            to: {
                                secretType: components["schemas"]["SecretType"];
                                symbol: string;
                                tokenAddress?: string;
                            };
                        }[];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such wallet */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The host has no provider of swaps */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The provider fails */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    buildSwap: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                walletId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    walletId?: string | null;
                    destinationWalletId?: string | null;
                    fromSecretType: string;
                    toSecretType: string;
                    fromToken: string;
                    toToken: string;
                    inputAmount?: number | null;
                    outputAmount?: number | null;
                    /** @enum {string} */
                    orderType: "SELL" | "BUY";
                    exchange: string;
                    enableGasEstimate?: boolean | null;
                };
            };
        };
        responses: {
            /** @description The transactions, in the order in which they are sent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            [key: string]: unknown;
                        }[];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such wallet */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request body did not arrive in time */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Request body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Unsupported content type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The host has no provider of swaps */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The provider fails */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getProfile: {
        parameters: {
            query?: {
                userId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The profile */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            userId: string;
                            /** @description The reference of the user */
                            username?: string;
                            /** @description True if the user has a PIN */
                            hasMasterPin: boolean;
                        };
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid authentication */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The caller is not allowed to do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such user */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getCustodyHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status UP */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        success: boolean;
                        result: {
                            /** @enum {string} */
                            status: "UP" | "DOWN";
                        };
                        /**
                         * @description The same, for clients that read no envelope
                         * @enum {string}
                         */
                        status: "UP" | "DOWN";
                    };
                };
            };
            /** @description Too many requests: at most 600 in 60 s by ip */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The status DOWN */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        success: boolean;
                        result: {
                            /** @enum {string} */
                            status: "UP" | "DOWN";
                        };
                        /**
                         * @description The same, for clients that read no envelope
                         * @enum {string}
                         */
                        status: "UP" | "DOWN";
                    };
                };
            };
        };
    };
    getSecurity: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        result: {
                            encryptionKeys: {
                                id: string;
                                /** @constant */
                                keyspec: "RSA_2048";
                                /** @description SubjectPublicKeyInfo, DER, base64 */
                                publicKey: string;
                                /** @constant */
                                encryptionAlgorithm: "RSAES_OAEP_SHA_256";
                                encryptionAlgorithms: string[];
                            }[];
                        };
                    };
                };
            };
            /** @description Too many requests: at most 600 in 60 s by ip */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    openApiDocument: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The OpenAPI document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something went wrong */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Storage unavailable, try again later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
}
