import { FixedMap } from '../model/fixed-map.ts'
import { copyJson, deepFreeze } from '../model/json.ts'
import type { Tag } from '../model/tag.ts'
import { foldText } from '../model/text.ts'
import type { Ticket } from '../model/ticket.ts'

/** The tags a desk knows, found by their folded name. */
export interface TagRegistry {
  readonly tags: readonly Tag[]
  /** May a tag that is not registered be added? */
  readonly open: boolean
  /** By the key of a tag that has become another, the key of that one. */
  readonly merged: ReadonlyMap<string, string>
  /** A merged tag is found as what it has become. */
  readonly find: (name: string) => Tag | undefined
  /** By its key; a merged one too. */
  readonly keyed: (key: string) => Tag | undefined
  /** May it be added now? */
  readonly accepts: (name: string) => boolean
}

export const mergedTags = (tags: readonly Tag[]): ReadonlyMap<string, string> =>
  new FixedMap(
    tags.flatMap(({ name, mergedInto }) => (mergedInto === undefined ? [] : [[foldText(name), foldText(mergedInto)]])),
  )

/** What a ticket's tags are called now, each once: one that has become another goes by that one's name. */
export const presentTags = (
  { merged, keyed }: TagRegistry,
  ticket: Pick<Ticket, 'tags' | 'tagKeys'>,
): Map<string, string> =>
  new Map(
    ticket.tagKeys.map((key, i) => {
      const into = merged.get(key)
      return [into ?? key, (into === undefined ? undefined : keyed(into)?.name) ?? (ticket.tags[i] as string)]
    }),
  )

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
  return Object.freeze({ tags: deepFreeze(copyJson(tags)), open, merged: mergedTags(tags), find, keyed, accepts })
}
