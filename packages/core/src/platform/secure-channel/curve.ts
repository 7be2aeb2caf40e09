/** The elliptic curves of the secure channel, under their OpenSSL names: `prime256v1` is NIST P-256. */
export type SecureChannelCurve = 'secp256k1' | 'prime256v1'

/** The group order n of each curve (SEC 2 sections 2.4.1 and 2.4.2). Private keys are in the range 1 to n - 1. */
export const groupOrders: Readonly<Record<SecureChannelCurve, bigint>> = {
  secp256k1: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
}
