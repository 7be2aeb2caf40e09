/** The curves of the envelope, by the names that its clients know them by: `prime256v1` is P-256. */
export type EnvelopeCurve = 'secp256k1' | 'prime256v1'

/** The order of each curve's group: private keys are 1 to one less (SEC 2 sections 2.4.1 and 2.4.2). */
export const groupOrders: Readonly<Record<EnvelopeCurve, bigint>> = {
  secp256k1: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
}
