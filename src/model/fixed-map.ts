/** A map that stays as it was made: `Object.freeze` does not keep a plain one from `set`. */
export class FixedMap<K, V> extends Map<K, V> {
  constructor(entries: Iterable<readonly [K, V]>) {
    super()
    for (const [key, value] of entries) super.set(key, value)
  }

  override set(): never {
    throw fixed()
  }

  override delete(): never {
    throw fixed()
  }

  override clear(): never {
    throw fixed()
  }
}

const fixed = () => new TypeError('a definition cannot be changed; define another one')
