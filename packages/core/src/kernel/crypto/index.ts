export {
  type ScryptCost,
  defaultScryptCost,
  formatScryptCost,
  isAllowedScryptCost,
  parseScryptCost,
} from './scrypt-cost.ts'
export { environmentKeyring } from './environment-keyring.ts'
export {
  type HpkeParameters,
  generateHpkeKeyPair,
  hpkeOverheadBytes,
  type HpkeKeyPair,
  hpkeOpen,
  hpkeSeal,
} from './hpke.ts'
export { keyedHash } from './keyed-hash.ts'
export { addKeyToFile, createKeyringFile, fileKeyring, setCurrentKeyInFile, removeKeyFromFile } from './keyring-file.ts'
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
  type EncryptionContext,
  seal,
  ciphertextId,
  sealedValuePrefix,
  sealingKeyId,
  sealOverheadBytes,
  sealWithKey,
  open,
  openWithKey,
} from './sealing.ts'
export { type EcdsaSignature, type RecoverableSignature, type Secp256k1, secp256k1 } from './secp256k1.ts'
export { timingSafeEqual, randomCode, randomSecret } from './secrets.ts'
export {
  type HashSlot,
  type PasswordHashInputs,
  isHashable,
  type PasswordHasher,
  type PasswordHasherOptions,
  createPasswordHasher,
  type VerifyHashOptions,
} from './password-hasher.ts'
export { type Semaphore, type SemaphoreLimits, type KeyedMutex, keyedMutex } from '../concurrency/semaphore.ts'
