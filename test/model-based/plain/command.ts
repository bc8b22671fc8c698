/** What somebody asks of the plain model. */
import type { By } from './definition.ts'

export interface PlainMessage {
  readonly role: By
  readonly public: boolean
  readonly automatic?: boolean
  readonly reopens?: boolean
}

export type PlainCommand =
  | {
      readonly do: 'open'
      readonly by: By
      readonly message: PlainMessage
      readonly status?: string
      readonly reason?: string
      readonly priority?: string
      readonly assignee?: string
      readonly department?: string
      readonly tags?: readonly string[]
      readonly requesterCalendar?: string
    }
  | { readonly do: 'message'; readonly message: PlainMessage }
  | { readonly do: 'reply'; readonly message: PlainMessage }
  | { readonly do: 'note' }
  | {
      readonly do: 'update'
      readonly message?: PlainMessage
      readonly status?: string
      readonly priority?: string | null
      readonly assignee?: string | null
      readonly department?: string
      readonly addTags?: readonly string[]
      readonly removeTags?: readonly string[]
      readonly until?: number | null
    }
  | { readonly do: 'setStatus'; readonly status: string; readonly until?: number | null; readonly reason?: string }
  | { readonly do: 'postpone'; readonly until: number | null; readonly reason?: string; readonly status?: string }
  | { readonly do: 'wake' }
  | { readonly do: 'resolve' }
  | { readonly do: 'confirm'; readonly solved: boolean }
  | { readonly do: 'close'; readonly reason?: string }
  | { readonly do: 'reopen'; readonly by: By }
  | { readonly do: 'assign'; readonly agent: string }
  | { readonly do: 'unassign' }
  | { readonly do: 'transfer'; readonly department: string; readonly agent?: string }
  | { readonly do: 'setPriority'; readonly priority: string }
  | { readonly do: 'unsetPriority' }
  | { readonly do: 'tag'; readonly tags: readonly string[] }
  | { readonly do: 'untag'; readonly tags: readonly string[] }
  | { readonly do: 'setRequester'; readonly calendar: string | null }
  | { readonly do: 'signal'; readonly name: string }
  | { readonly do: 'setDue'; readonly metric: string; readonly dueAt: number }
  | { readonly do: 'clearDue'; readonly metric: string }
  | { readonly do: 'applySla'; readonly level?: string | null }
  | { readonly do: 'reapply' }

export type Verdict = 'changed' | 'unchanged' | { readonly refused: string }

export class Refused extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

export const asksForAnswer = ({ role, automatic, reopens }: PlainMessage) =>
  (role === 'requester' || role === 'collaborator') && automatic !== true && reopens !== false
