function header(name: string, description: string): Readonly<Record<string, string>> {
  return { type: 'apiKey', in: 'header', name, description }
}

/** How callers show who they are, for OpenAPI. */
export const schemes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  publicKey: header('publickey', "The caller's public key: base64 of X and Y, 64 bytes"),
  requestId: header('requestid', 'Encrypted JSON: appid, uuid and ts, in seconds since 1970'),
  licence: header('licensekey', 'The licence, encrypted'),
  stepToken: header('authorization', 'Bearer and the token that the step before gave, as it is or encrypted'),
  serviceKeyId: header('keyId', 'The id of a service key'),
  serviceKeySecret: header('keySecret', 'The secret of a service key'),
}
