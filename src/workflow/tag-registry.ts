import type { Tag } from '../model/tag.ts'
import { foldText } from '../model/text.ts'

/** The tags a desk knows, found by their folded name. */
export interface TagRegistry {
  readonly tags: readonly Tag[]
  /** May a tag that is not registered be added? */
  readonly open: boolean
  readonly find: (name: string) => Tag | undefined
}

export function tagRegistry(tags: readonly Tag[], open: boolean): TagRegistry {
  const byKey = new Map(tags.map((tag) => [foldText(tag.name), tag]))
  return { tags, open, find: (name) => byKey.get(foldText(name)) }
}
