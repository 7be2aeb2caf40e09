function header(name: string, description: string): Readonly<Record<string, string>> {
  return { type: 'apiKey', in: 'header', name, description }
}

/** The OpenAPI security schemes of this API. */
export const securitySchemes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  publicKey: header('publickey', "The caller's public key: base64 of X and Y, 64 bytes"),
  requestId: header('requestid', 'Encrypted JSON with appid, uuid and ts, in epoch seconds'),
  licence: header('licensekey', 'The licence, encrypted'),
  stepToken: header('authorization', 'The Bearer token issued by the previous step, plain or encrypted'),
  serviceKeyId: header('keyId', 'The id of a service key'),
  serviceKeySecret: header('keySecret', 'The secret of a service key'),
}
