/**
 * Another template language in place of the built-in one: `npm run example:liquid`.
 *
 * The built-in templates put facts into words and no more. Whoever wants loops and conditions keeps the texts where
 * they are kept anyway, lets rules name them by `webhook` or `notify`, and fills them at delivery.
 */
import { Liquid } from 'liquidjs'
import { createDesk, defineDesk, memoryStore, type Ticket } from 'ticketwright'

const liquid = new Liquid({
  outputEscape: 'escape', // values are escaped for HTML unless a text says otherwise
  ownPropertyOnly: true, // a text reaches what we hand it, and nothing that JavaScript adds
  strictFilters: true,
  renderLimit: 100, // milliseconds: a text is data, and data may be hostile
})

const texts: Readonly<Record<string, string>> = {
  summary: `<p>Dear {{ requester.name | default: "customer" }},</p>
{% if tags.size > 0 %}<ul>{% for tag in tags %}<li>{{ tag }}</li>{% endfor %}</ul>
{% endif %}<p>{{ subject }}</p>`,
}

/** What a text may see: named one by one, as the built-in templates do it. */
const shown = ({ subject, tags, requester }: Ticket) => ({ subject, tags, requester: { name: requester?.name } })

const definition = defineDesk({
  triggers: [
    { id: 'summary', on: ['ticket_opened'], do: [{ type: 'webhook', hook: 'mail', data: { text: 'summary' } }] },
  ],
})
const desk = createDesk({ definition, store: memoryStore() })
await desk
  .as({ kind: 'requester', id: 'mari', name: 'Mari & Co' })
  .open({ subject: '<b>{{ subject }}</b>', tags: ['login', 'mail'] })

await desk.deliver(async ({ effect, ticket }) => {
  const { text } = effect.data.data as { text: string }
  console.log(await liquid.parseAndRender(texts[text] ?? '', shown(ticket)))
})
