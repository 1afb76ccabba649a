import type { Key, Translate } from '@/i18n'

export type RecipeGroup = 'forms' | 'crm' | 'onec' | 'messages' | 'learning'

export interface Recipe {
  id: string
  groups: readonly RecipeGroup[]
  title: Key
  text: Key
  /** What has to be filled in before it works with real services. */
  needs: Key
  /** The documents, under a name that is free; titles in the language of the moment. */
  documents: (name: string, t: Translate) => { source: object; scenario: object }
  /** What comes in, for the first sample; people have names of the language of the moment. */
  sample: (t: Translate) => unknown
}

const echo = (name: string) => `{{ public_url }}/echo/${name}`

/** A source and a scenario that it feeds, under one name. */
function simple(name: string, title: string, source: { title: string; preset: string }, search: string[], steps: object[]): { source: object; scenario: object } {
  return { source: { kind: 'Source', name, ...source }, scenario: { kind: 'Scenario', name, title, sources: [name], search, steps } }
}

// Each runs at once: until a person puts in an address of their own, everything goes to the test receiver.
export const recipes: readonly Recipe[] = [
  {
    id: 'tilda-crm',
    groups: ['forms', 'crm'],
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
    sample: (t) => ({ Name: t('quick.name'), Phone: '+7 999 000-11-22', Email: 'anna@example.org', tranid: '1:2', formid: 'form1' }),
  },
  {
    id: 'lead-bitrix',
    groups: ['forms', 'crm'],
    title: 'recipe.bitrix',
    text: 'recipe.bitrix.text',
    needs: 'recipe.bitrix.needs',
    documents: (name, t) =>
      simple(name, t('recipe.bitrix'), { title: t('recipe.site'), preset: 'generic' }, ['event.body.phone', 'event.body.email'], [
        {
          id: 'has_phone',
          title: t('recipe.hasPhone'),
          if: '(event.body.phone ?? "") != ""',
          then: [],
          else: [{ id: 'no_phone', stop: { reason: t('recipe.noPhone') } }],
        },
        {
          id: 'lead',
          title: t('recipe.bitrix.lead'),
          http: {
            method: 'POST',
            url: `${echo(name)}/crm.lead.add.json`,
            body: {
              json: {
                fields: {
                  TITLE: `${t('recipe.tilda.message')} {{ event.body.name }}`,
                  NAME: '{{ event.body.name }}',
                  PHONE: [{ VALUE: '{{ event.body.phone }}', VALUE_TYPE: 'WORK' }],
                  EMAIL: [{ VALUE: '{{ event.body.email ?? "" }}', VALUE_TYPE: 'WORK' }],
                },
              },
            },
            save: { body: 'lead' },
          },
        },
      ]),
    sample: (t) => ({ name: t('quick.name'), phone: '+7 999 000-11-22', email: 'anna@example.org' }),
  },
  {
    id: 'onec-rest',
    groups: ['onec'],
    title: 'recipe.onec',
    text: 'recipe.onec.text',
    needs: 'recipe.onec.needs',
    documents: (name, t) =>
      simple(name, t('recipe.onec'), { title: t('recipe.onec.source'), preset: 'onec' }, ['event.body["Номер"]'], [
        {
          id: 'order',
          title: t('recipe.onec.send'),
          http: {
            method: 'POST',
            url: echo(name),
            body: {
              json: {
                number: '{{ event.body["Номер"] }}',
                date: '{{ event.body["Дата"] }}',
                customer: '{{ event.body["Контрагент"] }}',
                sum: '{{ event.body["Сумма"] }}',
              },
            },
          },
        },
      ]),
    sample: () => ({ Событие: 'ДокументПроведен', Вид: 'ЗаказКлиента', Номер: '0000-000123', Дата: '2026-09-21T17:47:00', Сумма: 15990.5, Контрагент: 'ООО «Пример»' }),
  },
  {
    id: 'order-telegram',
    groups: ['messages'],
    title: 'recipe.telegram',
    text: 'recipe.telegram.text',
    needs: 'recipe.telegram.needs',
    documents: (name, t) =>
      simple(name, t('recipe.telegram'), { title: t('recipe.orders'), preset: 'generic' }, ['event.body.order'], [
        {
          id: 'message',
          title: t('recipe.telegram.send'),
          http: {
            method: 'POST',
            url: `${echo(name)}/sendMessage`,
            body: { json: { chat_id: '-1001234567890', text: t('recipe.telegram.message', { order: '{{ event.body.order }}', sum: '{{ event.body.sum }}' }) } },
          },
        },
      ]),
    sample: () => ({ order: 7, sum: 1500 }),
  },
  {
    id: 'message-slack',
    groups: ['messages'],
    title: 'recipe.slack',
    text: 'recipe.slack.text',
    needs: 'recipe.slack.needs',
    documents: (name, t) =>
      simple(name, t('recipe.slack'), { title: t('recipe.site'), preset: 'generic' }, ['event.body.email'], [
        {
          id: 'message',
          title: t('recipe.slack.send'),
          http: { method: 'POST', url: echo(name), body: { json: { text: `${t('recipe.tilda.message')} {{ event.body.name }}, {{ event.body.email }}` } } },
        },
      ]),
    sample: (t) => ({ name: t('quick.name'), email: 'anna@example.org' }),
  },
  {
    id: 'task-github',
    groups: ['messages'],
    title: 'recipe.github',
    text: 'recipe.github.text',
    needs: 'recipe.github.needs',
    documents: (name, t) =>
      simple(name, t('recipe.github'), { title: t('recipe.github.source'), preset: 'generic' }, ['event.body.title'], [
        {
          id: 'task',
          title: t('recipe.github.create'),
          http: {
            method: 'POST',
            url: `${echo(name)}/issues`,
            headers: { Accept: 'application/vnd.github+json' },
            body: { json: { title: '{{ event.body.title }}', body: '{{ event.body.text }}' } },
            save: { body: 'task' },
          },
        },
        {
          id: 'tell',
          title: t('recipe.github.tell'),
          // The test receiver gives its reply a number, and no address.
          http: { method: 'POST', url: `${echo(name)}-tell`, body: { json: { text: `${t('recipe.github.made')} {{ task.html_url ?? task.id }}` } } },
        },
      ]),
    sample: (t) => ({ title: t('recipe.github.subject'), text: t('recipe.github.details') }),
  },
  {
    id: 'careful-order',
    groups: ['learning'],
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
    sample: () => ({ order: 7 }),
  },
  {
    id: 'service-down',
    groups: ['learning'],
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
    sample: () => ({ order: 7 }),
  },
  {
    id: 'answer',
    groups: ['learning'],
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
    sample: () => ({ product: 'tea', count: 2 }),
  },
]
