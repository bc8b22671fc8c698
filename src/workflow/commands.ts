import { contentCommands } from './command/content.ts'
import { linkCommands } from './command/link.ts'
import { messageCommands } from './command/message.ts'
import { openCommand } from './command/open.ts'
import { peopleCommands } from './command/people.ts'
import { priorityCommands } from './command/priority.ts'
import { statusCommands } from './command/status.ts'
import { updateCommand } from './command/update.ts'

/** Every command on a ticket, by name. */
export const workflowCommands = {
  ...openCommand,
  ...messageCommands,
  ...updateCommand,
  ...statusCommands,
  ...priorityCommands,
  ...peopleCommands,
  ...contentCommands,
  ...linkCommands,
}
