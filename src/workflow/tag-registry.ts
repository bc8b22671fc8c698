import { copyJson, deepFreeze } from '../model/json.ts'
import type { Tag } from '../model/tag.ts'
import { foldText } from '../model/text.ts'

/** The tags a desk knows, found by their folded name. */
export interface TagRegistry {
  readonly tags: readonly Tag[]
  /** May a tag that is not registered be added? */
  readonly open: boolean
  /** A merged tag is found as what it has become. */
  readonly find: (name: string) => Tag | undefined
  /** By its key; a merged one too. */
  readonly keyed: (key: string) => Tag | undefined
  /** May it be added now? */
  readonly accepts: (name: string) => boolean
}

export function tagRegistry(tags: readonly Tag[], open: boolean): TagRegistry {
  const byKey = new Map(tags.map((tag) => [foldText(tag.name), tag]))
  const keyed = (key: string) => {
    const tag = byKey.get(key)
    return tag?.mergedInto === undefined ? tag : byKey.get(foldText(tag.mergedInto))
  }
  const find = (name: string) => keyed(foldText(name))
  const accepts = (name: string) => {
    const known = find(name)
    return known ? !known.archived : open
  }
  return Object.freeze({ tags: deepFreeze(copyJson(tags)), open, find, keyed, accepts })
}
