export { type Cost, defaultCost, formatCost, isCost, parseCost } from './cost.ts'
export { environmentKeyring } from './environment-keyring.ts'
export { type HpkeBinding, generateKeyPair, hpkeOverheadBytes, type KeyPair, openWith, sealTo } from './hpke.ts'
export { keyedHash } from './keyed-hash.ts'
export { addKeyToFile, createKeyringFile, fileKeyring, makeKeyCurrent, removeKeyFromFile } from './keyring-file.ts'
export {
  isKeyId,
  type Keyring,
  type KeyringKeys,
  type KmsKeyringOptions,
  kmsKeyring,
  localKeyring,
  newKey,
} from './keyring.ts'
export { formatPhc, parsePhc, type PhcHash } from './phc.ts'
export {
  type Place,
  seal,
  sealedIdentity,
  sealedPrefix,
  sealedWith,
  sealOverheadBytes,
  sealUnder,
  unseal,
  unsealUnder,
} from './sealing.ts'
export { type EcdsaSignature, type RecoverableSignature, type Secp256k1, secp256k1 } from './secp256k1.ts'
export { equalSecrets, randomCode, randomSecret } from './secrets.ts'
export {
  type HashInputs,
  isHashable,
  type SlowHash,
  type SlowHashOptions,
  slowHash,
  type VerifyHashOptions,
} from './slow-hash.ts'
export { type TakeTurn, type TurnLimits, type TurnsByKey, turnsByKey } from './turns.ts'
