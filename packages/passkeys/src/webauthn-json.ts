/** A credential in options (WebAuthn Level 3 section 5.8.3). */
export interface CredentialDescriptorJson {
  readonly type: 'public-key'
  /** Base64url. */
  readonly id: string
  readonly transports?: readonly string[]
}

/** Inputs of the PRF extension (WebAuthn Level 3 section 10.1.4). */
export interface PrfInputsJson {
  readonly prf: { readonly eval: { readonly first: string } }
}

/** `PublicKeyCredentialCreationOptionsJSON` (WebAuthn Level 3 section 5.4). */
export interface CreationOptionsJson {
  readonly rp: { readonly id: string; readonly name: string }
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string }
  readonly challenge: string
  readonly pubKeyCredParams: readonly { readonly type: 'public-key'; readonly alg: number }[]
  /** Milliseconds. */
  readonly timeout: number
  readonly excludeCredentials: readonly CredentialDescriptorJson[]
  readonly authenticatorSelection: {
    readonly residentKey: 'required'
    readonly requireResidentKey: true
    readonly userVerification: 'required' | 'preferred'
  }
  readonly attestation: 'none' | 'direct'
  readonly extensions: PrfInputsJson | { readonly prf: Readonly<Record<string, never>> }
}

/** `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3 section 5.5). */
export interface RequestOptionsJson {
  readonly challenge: string
  readonly rpId: string
  /** Milliseconds. */
  readonly timeout: number
  readonly allowCredentials: readonly CredentialDescriptorJson[]
  readonly userVerification: 'required' | 'preferred'
  readonly extensions?: PrfInputsJson
}
