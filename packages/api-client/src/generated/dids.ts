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
    "/wallets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List DID wallets, oldest first, optionally by vault, DID or alias
         * @description List DID wallets, oldest first, optionally by vault, DID or alias.
         *
         *     Caller: service key with the scope dids.
         */
        get: operations["getWallets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallet": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a DID wallet and configure its DID
         * @description Create a DID wallet and configure its DID.
         *
         *     Caller: service key with the scope dids.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["createWallet"];
        /**
         * Delete DID wallets and their keys by id
         * @description Delete DID wallets and their keys by id.
         *
         *     Caller: service key with the scope dids.
         */
        delete: operations["deleteWallets"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallet/configure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Configure a DID wallet: change the services, delegates and owner in its DID document
         * @description Configure a DID wallet: change the services, delegates and owner in its DID document.
         *
         *     Caller: service key with the scope dids.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["configureWallet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallet/rename": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the aliases of DID wallets
         * @description Change the aliases of DID wallets.
         *
         *     Caller: service key with the scope dids.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["renameWallets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallet/auth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign an x-did-auth token with a wallet's key
         * @description Sign an x-did-auth token with a wallet's key.
         *
         *     Caller: service key with the scope dids:sign.
         */
        post: operations["signDidAuth"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vault": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a vault
         * @description Create a vault.
         *
         *     Caller: service key with the scope dids.
         *
         *     With an `Idempotency-Key`, a repetition of the request gets the reply of the first one.
         */
        post: operations["createVault"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vaults": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List vaults, oldest first
         * @description List vaults, oldest first.
         *
         *     Caller: service key with the scope dids.
         */
        get: operations["getVaults"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/1.0/identifiers/{did}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Resolve a DID to its document, now or as of a version
         * @description Resolve a DID to its document, now or as of a version.
         *
         *     Caller: anonymous, or service key with the scope dids.
         *
         *     Rate limit: 600 in 60 s by ip.
         */
        get: operations["resolveDid"];
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
            statusCode: number;
            errorType: string;
            errorMessage: string;
        };
        DidWallet: {
            _id: string;
            alias: string;
            vaultId?: string;
            isHDWallet: boolean;
            /** @description In a BIP44 vault */
            index?: number;
            /** @description SubjectPublicKeyInfo, DER, hex: in an MPC vault */
            publicKeyDER?: string;
            publicKeyHex: string;
            ethereumAddress: string;
            did: string;
            didMethod: string;
            created: string;
            /** @description The owner; absent if the wallet belongs to the service */
            userId?: string;
        };
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
            /** @description Invalid request */
            422: {
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
    getWallets: {
        parameters: {
            query?: {
                vaultId?: string;
                did?: string;
                alias?: string;
                limit?: number;
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The wallets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        wallets: components["schemas"]["DidWallet"][];
                        next?: string;
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
            /** @description Invalid request */
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
        requestBody?: {
            content: {
                "application/json": {
                    wallet?: {
                        alias?: string;
                        vaultId?: string;
                        /** @description The user whose master secret seals the key */
                        userId?: string;
                    };
                    walletConfig?: {
                        /** @description `spherity` (the default) or `ethr`, or with a network: `ethr:sepolia` */
                        didMethod?: string;
                        apiUrl?: string;
                        txsInput?: {
                            /** @description The DID of the new owner; this change is always made last */
                            newOwner?: string;
                            service?: {
                                name: string;
                                /** @description The URL of the service */
                                value: string;
                                /** @description Validity in milliseconds from the time of the change, rounded down to seconds; 0 or absent: one year */
                                validity?: number;
                            };
                            delegate?: {
                                /** @description An address or a public key (65 bytes, hex); if absent, a key pair is generated */
                                address?: string;
                                /** @description Validity in milliseconds from the time of the change, rounded down to seconds; 0 or absent: one year */
                                validity?: number;
                            };
                        }[];
                    };
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
                        wallet: components["schemas"]["DidWallet"];
                        steps?: {
                            /** @enum {string} */
                            kind: "service" | "delegate" | "owner";
                            name?: string;
                            address?: string;
                            newOwner?: string;
                            /** @enum {string} */
                            state: "waiting" | "sent" | "mined" | "failed";
                            transactionHash?: string;
                            errorType?: string;
                        }[];
                    };
                };
            };
            /** @description Invalid input. With a wallet in it: the wallet exists, but the user has reached the limit for the keys of delegates */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        statusCode: number;
                        errorType: string;
                        errorMessage: string;
                        wallet?: components["schemas"]["DidWallet"];
                        steps?: {
                            /** @enum {string} */
                            kind: "service" | "delegate" | "owner";
                            name?: string;
                            address?: string;
                            newOwner?: string;
                            /** @enum {string} */
                            state: "waiting" | "sent" | "mined" | "failed";
                            transactionHash?: string;
                            errorType?: string;
                        }[];
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
            /** @description The wallet was deleted during its DID update */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        statusCode: number;
                        errorType: string;
                        errorMessage: string;
                        wallet?: components["schemas"]["DidWallet"];
                        steps?: {
                            /** @enum {string} */
                            kind: "service" | "delegate" | "owner";
                            name?: string;
                            address?: string;
                            newOwner?: string;
                            /** @enum {string} */
                            state: "waiting" | "sent" | "mined" | "failed";
                            transactionHash?: string;
                            errorType?: string;
                        }[];
                    };
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
            /** @description The wallet exists, but another update changed its DID */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        statusCode: number;
                        errorType: string;
                        errorMessage: string;
                        wallet?: components["schemas"]["DidWallet"];
                        steps?: {
                            /** @enum {string} */
                            kind: "service" | "delegate" | "owner";
                            name?: string;
                            address?: string;
                            newOwner?: string;
                            /** @enum {string} */
                            state: "waiting" | "sent" | "mined" | "failed";
                            transactionHash?: string;
                            errorType?: string;
                        }[];
                    };
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
            /** @description Invalid request */
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
            /** @description The wallet exists, but a step of its DID update failed */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        statusCode: number;
                        errorType: string;
                        errorMessage: string;
                        wallet?: components["schemas"]["DidWallet"];
                        steps?: {
                            /** @enum {string} */
                            kind: "service" | "delegate" | "owner";
                            name?: string;
                            address?: string;
                            newOwner?: string;
                            /** @enum {string} */
                            state: "waiting" | "sent" | "mined" | "failed";
                            transactionHash?: string;
                            errorType?: string;
                        }[];
                    };
                };
            };
            /** @description The wallet exists, but its DID update is not completed yet */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        statusCode: number;
                        errorType: string;
                        errorMessage: string;
                        wallet?: components["schemas"]["DidWallet"];
                        steps?: {
                            /** @enum {string} */
                            kind: "service" | "delegate" | "owner";
                            name?: string;
                            address?: string;
                            newOwner?: string;
                            /** @enum {string} */
                            state: "waiting" | "sent" | "mined" | "failed";
                            transactionHash?: string;
                            errorType?: string;
                        }[];
                    };
                };
            };
        };
    };
    deleteWallets: {
        parameters: {
            query?: never;
            header: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "x-did-auth": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    ids: string[];
                };
            };
        };
        responses: {
            /** @description The deleted wallets, and the errors of the others */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ids: string[];
                        dids: string[];
                        errors?: {
                            did: string;
                            error: {
                                statusCode: number;
                                errorType: string;
                                errorMessage: string;
                            };
                        }[];
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
            /** @description The token is invalid or controls none of the wallets */
            403: {
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
            /** @description Invalid request */
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
    configureWallet: {
        parameters: {
            query?: never;
            header: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "x-did-auth": string;
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    wallet: {
                        did: string;
                    };
                    /** @description Required unless the wallet's vault has one */
                    walletConfig?: {
                        /** @description `spherity` (the default) or `ethr`, or with a network: `ethr:sepolia` */
                        didMethod?: string;
                        apiUrl?: string;
                        txsInput?: {
                            /** @description The DID of the new owner; this change is always made last */
                            newOwner?: string;
                            service?: {
                                name: string;
                                /** @description The URL of the service */
                                value: string;
                                /** @description Validity in milliseconds from the time of the change, rounded down to seconds; 0 or absent: one year */
                                validity?: number;
                            };
                            delegate?: {
                                /** @description An address or a public key (65 bytes, hex); if absent, a key pair is generated */
                                address?: string;
                                /** @description Validity in milliseconds from the time of the change, rounded down to seconds; 0 or absent: one year */
                                validity?: number;
                            };
                        }[];
                    };
                };
            };
        };
        responses: {
            /** @description All steps are mined */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        wallet: components["schemas"]["DidWallet"];
                        steps?: {
                            /** @enum {string} */
                            kind: "service" | "delegate" | "owner";
                            name?: string;
                            address?: string;
                            newOwner?: string;
                            /** @enum {string} */
                            state: "waiting" | "sent" | "mined" | "failed";
                            transactionHash?: string;
                            errorType?: string;
                        }[];
                    };
                };
            };
            /** @description The change history of the DID is too long */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        statusCode: number;
                        errorType: string;
                        errorMessage: string;
                        wallet?: components["schemas"]["DidWallet"];
                        steps?: {
                            /** @enum {string} */
                            kind: "service" | "delegate" | "owner";
                            name?: string;
                            address?: string;
                            newOwner?: string;
                            /** @enum {string} */
                            state: "waiting" | "sent" | "mined" | "failed";
                            transactionHash?: string;
                            errorType?: string;
                        }[];
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
            /** @description The token does not control the DID, or the key of the owner is not stored here */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No such wallet. With a wallet in it: it was deleted during its DID update */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        statusCode: number;
                        errorType: string;
                        errorMessage: string;
                        wallet?: components["schemas"]["DidWallet"];
                        steps?: {
                            /** @enum {string} */
                            kind: "service" | "delegate" | "owner";
                            name?: string;
                            address?: string;
                            newOwner?: string;
                            /** @enum {string} */
                            state: "waiting" | "sent" | "mined" | "failed";
                            transactionHash?: string;
                            errorType?: string;
                        }[];
                    };
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
            /** @description Another update of the DID is in progress */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        statusCode: number;
                        errorType: string;
                        errorMessage: string;
                        wallet?: components["schemas"]["DidWallet"];
                        steps?: {
                            /** @enum {string} */
                            kind: "service" | "delegate" | "owner";
                            name?: string;
                            address?: string;
                            newOwner?: string;
                            /** @enum {string} */
                            state: "waiting" | "sent" | "mined" | "failed";
                            transactionHash?: string;
                            errorType?: string;
                        }[];
                    };
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
            /** @description Invalid request */
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
            /** @description A step failed; earlier steps remain */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        statusCode: number;
                        errorType: string;
                        errorMessage: string;
                        wallet?: components["schemas"]["DidWallet"];
                        steps?: {
                            /** @enum {string} */
                            kind: "service" | "delegate" | "owner";
                            name?: string;
                            address?: string;
                            newOwner?: string;
                            /** @enum {string} */
                            state: "waiting" | "sent" | "mined" | "failed";
                            transactionHash?: string;
                            errorType?: string;
                        }[];
                    };
                };
            };
            /** @description A step is not confirmed yet, or no node is available; repeat the request to resume */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        statusCode: number;
                        errorType: string;
                        errorMessage: string;
                        wallet?: components["schemas"]["DidWallet"];
                        steps?: {
                            /** @enum {string} */
                            kind: "service" | "delegate" | "owner";
                            name?: string;
                            address?: string;
                            newOwner?: string;
                            /** @enum {string} */
                            state: "waiting" | "sent" | "mined" | "failed";
                            transactionHash?: string;
                            errorType?: string;
                        }[];
                    };
                };
            };
        };
    };
    renameWallets: {
        parameters: {
            query?: never;
            header: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
                "x-did-auth": string;
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    wallets: {
                        did: string;
                        alias: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description The renamed wallets, and the errors of the others */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        wallets: components["schemas"]["DidWallet"][];
                        errors?: {
                            wallet: {
                                did: string;
                                alias: string;
                            };
                            error: {
                                statusCode: number;
                                errorType: string;
                                errorMessage: string;
                            };
                        }[];
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
            /** @description The token is invalid or controls none of the DIDs */
            403: {
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
            /** @description Invalid request */
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
    signDidAuth: {
        parameters: {
            query?: never;
            header?: {
                "signing-method"?: string;
                "encrypted-signing-method"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    did: string;
                    /** @description The route: POST /wallet/rename */
                    act: string;
                    /** @description SHA-256 of the body, base64url */
                    bod: string;
                    /** @description Defaults to the public URL of this API */
                    aud?: string;
                };
            };
        };
        responses: {
            /** @description The token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        token: string;
                        expires: string;
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
            /** @description Wallet not found */
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
            /** @description Invalid request */
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
    createVault: {
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
        requestBody?: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    kind: "BIP44" | "MPC";
                    walletConfig?: {
                        /** @description `spherity` (the default) or `ethr`, or with a network: `ethr:sepolia` */
                        didMethod?: string;
                        apiUrl?: string;
                        txsInput?: {
                            /** @description The DID of the new owner; this change is always made last */
                            newOwner?: string;
                            service?: {
                                name: string;
                                /** @description The URL of the service */
                                value: string;
                                /** @description Validity in milliseconds from the time of the change, rounded down to seconds; 0 or absent: one year */
                                validity?: number;
                            };
                            delegate?: {
                                /** @description An address or a public key (65 bytes, hex); if absent, a key pair is generated */
                                address?: string;
                                /** @description Validity in milliseconds from the time of the change, rounded down to seconds; 0 or absent: one year */
                                validity?: number;
                            };
                        }[];
                    };
                    /** @description The user whose master secret seals the seed */
                    userId?: string;
                };
            };
        };
        responses: {
            /** @description The vault */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        vault: {
                            _id: string;
                            /** @enum {string} */
                            kind: "BIP44" | "MPC";
                            walletConfig?: {
                                /** @description `spherity` (the default) or `ethr`, or with a network: `ethr:sepolia` */
                                didMethod?: string;
                                apiUrl?: string;
                                txsInput?: {
                                    /** @description The DID of the new owner; this change is always made last */
                                    newOwner?: string;
                                    service?: {
                                        name: string;
                                        /** @description The URL of the service */
                                        value: string;
                                        /** @description Validity in milliseconds from the time of the change, rounded down to seconds; 0 or absent: one year */
                                        validity?: number;
                                    };
                                    delegate?: {
                                        /** @description An address or a public key (65 bytes, hex); if absent, a key pair is generated */
                                        address?: string;
                                        /** @description Validity in milliseconds from the time of the change, rounded down to seconds; 0 or absent: one year */
                                        validity?: number;
                                    };
                                }[];
                            };
                            userId?: string;
                            created: string;
                        };
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
            /** @description Invalid request */
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
            /** @description The host has no threshold signer for MPC vaults */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
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
    getVaults: {
        parameters: {
            query?: {
                limit?: number;
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The vaults */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        vaults: {
                            _id: string;
                            /** @enum {string} */
                            kind: "BIP44" | "MPC";
                            walletConfig?: {
                                /** @description `spherity` (the default) or `ethr`, or with a network: `ethr:sepolia` */
                                didMethod?: string;
                                apiUrl?: string;
                                txsInput?: {
                                    /** @description The DID of the new owner; this change is always made last */
                                    newOwner?: string;
                                    service?: {
                                        name: string;
                                        /** @description The URL of the service */
                                        value: string;
                                        /** @description Validity in milliseconds from the time of the change, rounded down to seconds; 0 or absent: one year */
                                        validity?: number;
                                    };
                                    delegate?: {
                                        /** @description An address or a public key (65 bytes, hex); if absent, a key pair is generated */
                                        address?: string;
                                        /** @description Validity in milliseconds from the time of the change, rounded down to seconds; 0 or absent: one year */
                                        validity?: number;
                                    };
                                }[];
                            };
                            userId?: string;
                            created: string;
                        }[];
                        next?: string;
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
            /** @description Invalid request */
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
    resolveDid: {
        parameters: {
            query?: {
                versionId?: string;
                versionTime?: string;
            };
            header?: never;
            path: {
                did: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The resolution result; with `Accept: application/did+ld+json` or `application/did+json`, only the document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        didDocument: unknown;
                        didResolutionMetadata: {
                            contentType?: string;
                            error?: {
                                type: string;
                                title: string;
                                detail?: string;
                            };
                        };
                        didDocumentMetadata: {
                            deactivated?: boolean;
                            versionId?: string;
                            updated?: string;
                            nextVersionId?: string;
                            nextUpdate?: string;
                            canonicalId?: string;
                        };
                    };
                };
            };
            /** @description Invalid DID (INVALID_DID) or version (INVALID_OPTIONS) */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        didDocument: unknown;
                        didResolutionMetadata: {
                            contentType?: string;
                            error?: {
                                type: string;
                                title: string;
                                detail?: string;
                            };
                        };
                        didDocumentMetadata: {
                            deactivated?: boolean;
                            versionId?: string;
                            updated?: string;
                            nextVersionId?: string;
                            nextUpdate?: string;
                            canonicalId?: string;
                        };
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
            /** @description Unknown network or version (NOT_FOUND) */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        didDocument: unknown;
                        didResolutionMetadata: {
                            contentType?: string;
                            error?: {
                                type: string;
                                title: string;
                                detail?: string;
                            };
                        };
                        didDocumentMetadata: {
                            deactivated?: boolean;
                            versionId?: string;
                            updated?: string;
                            nextVersionId?: string;
                            nextUpdate?: string;
                            canonicalId?: string;
                        };
                    };
                };
            };
            /** @description No media type that the client accepts (REPRESENTATION_NOT_SUPPORTED) */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        didDocument: unknown;
                        didResolutionMetadata: {
                            contentType?: string;
                            error?: {
                                type: string;
                                title: string;
                                detail?: string;
                            };
                        };
                        didDocumentMetadata: {
                            deactivated?: boolean;
                            versionId?: string;
                            updated?: string;
                            nextVersionId?: string;
                            nextUpdate?: string;
                            canonicalId?: string;
                        };
                    };
                };
            };
            /** @description The DID is deactivated */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        didDocument: unknown;
                        didResolutionMetadata: {
                            contentType?: string;
                            error?: {
                                type: string;
                                title: string;
                                detail?: string;
                            };
                        };
                        didDocumentMetadata: {
                            deactivated?: boolean;
                            versionId?: string;
                            updated?: string;
                            nextVersionId?: string;
                            nextUpdate?: string;
                            canonicalId?: string;
                        };
                    };
                };
            };
            /** @description Invalid request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
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
            /** @description Another DID method (METHOD_NOT_SUPPORTED) */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        didDocument: unknown;
                        didResolutionMetadata: {
                            contentType?: string;
                            error?: {
                                type: string;
                                title: string;
                                detail?: string;
                            };
                        };
                        didDocumentMetadata: {
                            deactivated?: boolean;
                            versionId?: string;
                            updated?: string;
                            nextVersionId?: string;
                            nextUpdate?: string;
                            canonicalId?: string;
                        };
                    };
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
