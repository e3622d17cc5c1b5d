/**
 * Throws unless `key` is a plain relative path: segments of letters, digits, `.`, `_` and `-`, joined by `/`, none of them
 * made of dots alone, and the last not a write's own `.part`. Keys are made by us and never by who uploads, so any other
 * is a bug and no StorageError.
 */
export function checkKey(key: string): void {
  const plain = key.split('/').every(segment => /^[\w.-]+$/.test(segment) && !/^\.+$/.test(segment))
  if (!plain || key.endsWith('.part')) throw new Error(`${JSON.stringify(key)} is no key of a storage`)
}
