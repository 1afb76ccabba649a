import type { Key, Translate } from '@/i18n'

export type RecipeGroup = 'forms' | 'learning'

export interface Recipe {
  id: string
  group: RecipeGroup
  title: Key
  text: Key
  /** What has to be filled in before it works with real services. */
  needs: Key
  /** The documents, under a name that is free; titles in the language of the moment. */
  documents: (name: string, t: Translate) => { source: object; scenario: object }
  /** What comes in, for the first sample. */
  sample: unknown
}

const echo = (name: string) => `{{ public_url }}/echo/${name}`

// Each runs at once: until a person puts in an address of their own, everything goes to the test receiver.
export const recipes: readonly Recipe[] = [
  {
    id: 'tilda-crm',
    group: 'forms',
    title: 'recipe.tilda',
    text: 'recipe.tilda.text',
    needs: 'recipe.tilda.needs',
    documents: (name, t) => ({
      source: { kind: 'Source', name, title: t('recipe.tilda.source'), preset: 'tilda' },
      scenario: {
        kind: 'Scenario',
        name,
        title: t('recipe.tilda'),
        sources: [name],
        search: ['event.body.Phone', 'event.body.Email'],
        steps: [
          {
            id: 'deal',
            title: t('recipe.tilda.deal'),
            http: {
              method: 'POST',
              url: echo(`${name}-crm`),
              body: { json: { 'lead.name': '{{ event.body.Name }}', 'lead.phone': '{{ event.body.Phone }}', 'lead.form': '{{ event.body.tranid }}' } },
              save: { body: 'deal' },
            },
          },
          {
            id: 'notify',
            title: t('recipe.tilda.notify'),
            http: { method: 'POST', url: echo(`${name}-notify`), body: { json: { deal_id: '{{ deal.id }}', text: `${t('recipe.tilda.message')} {{ event.body.Name }}, {{ event.body.Phone }}` } } },
          },
        ],
      },
    }),
    sample: { Name: 'Анна', Phone: '+7 999 000-11-22', Email: 'anna@example.ru', tranid: '1:2', formid: 'form1' },
  },
  {
    id: 'careful-order',
    group: 'learning',
    title: 'recipe.retry',
    text: 'recipe.retry.text',
    needs: 'recipe.nothing',
    documents: (name, t) => ({
      source: { kind: 'Source', name, title: t('recipe.orders'), preset: 'generic' },
      scenario: {
        kind: 'Scenario',
        name,
        title: t('recipe.retry'),
        sources: [name],
        steps: [
          {
            id: 'book',
            title: t('recipe.retry.book'),
            http: {
              method: 'POST',
              // A name of its own for each run, so that every run meets the whole script.
              url: `{{ public_url }}/echo/book-{{ run.id }}`,
              query: { script: '500,500,200' },
              body: { json: { order: '{{ event.body.order }}' } },
              retry: { delays: ['1s', '1s', '5s', '1m'] },
              save: { body: 'booking' },
            },
          },
          { id: 'tell', title: t('recipe.retry.tell'), http: { method: 'POST', url: echo(`${name}-tell`), body: { json: { order: '{{ event.body.order }}', booking: '{{ booking.id }}' } } } },
        ],
      },
    }),
    sample: { order: 7 },
  },
  {
    id: 'service-down',
    group: 'learning',
    title: 'recipe.down',
    text: 'recipe.down.text',
    needs: 'recipe.nothing',
    documents: (name, t) => ({
      source: { kind: 'Source', name, title: t('recipe.orders'), preset: 'generic' },
      scenario: {
        kind: 'Scenario',
        name,
        title: t('recipe.down'),
        sources: [name],
        steps: [
          {
            id: 'order',
            title: t('recipe.down.step'),
            http: { method: 'POST', url: `{{ public_url }}/echo/${name}`, query: { script: '503,503,503' }, body: { json: { order: '{{ event.body.order }}' } }, retry: { delays: ['5s', '10s'] } },
          },
        ],
      },
    }),
    sample: { order: 7 },
  },
  {
    id: 'answer',
    group: 'learning',
    title: 'recipe.answer',
    text: 'recipe.answer.text',
    needs: 'recipe.nothing',
    documents: (name, t) => ({
      source: { kind: 'Source', name, title: t('recipe.answer.source'), preset: 'generic', reply: { wait: '10s' } },
      scenario: {
        kind: 'Scenario',
        name,
        title: t('recipe.answer'),
        sources: [name],
        steps: [
          { id: 'known', title: t('recipe.answer.known'), if: 'event.body.product == "tea"', then: [{ id: 'price', respond: { status: 200, json: { product: '{{ event.body.product }}', price: '{{ event.body.count * 150 }}' } } }, { id: 'answered', stop: { reason: 'ok' } }], else: [] },
          { id: 'unknown', title: t('recipe.answer.unknown'), respond: { status: 404, text: t('recipe.answer.no') } },
        ],
      },
    }),
    sample: { product: 'tea', count: 2 },
  },
]
