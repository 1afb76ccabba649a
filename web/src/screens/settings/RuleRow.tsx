import { useState, type ReactNode } from 'react'
import { useT, type Key } from '@/i18n'
import { Button, Checkbox, MultiSelect, Muted, Note, Switch, type Option } from '@/ui'
import { absent, choices, isOn, scopes, urgent, withRule, type RuleName } from './rules'
import type { Notices, Rule, useSettings } from './useSettings'
import css from './Settings.module.css'

/** What can be chosen for every rule. */
export interface Offers {
  channels: Option[]
  scenarios: Option[]
  sources: Option[]
  /** Whether these are all that there are. */
  whole: { scenarios: boolean; sources: boolean }
}

interface RuleRowProps {
  name: RuleName
  title: string
  /** When it is told. */
  when: string
  /** Its own numbers in a few words, and the fields for them. */
  numbers?: string | undefined
  fields?: ReactNode
  /** The members of its own in which something is wrong. */
  mistaken?: boolean
  /** Whether quiet hours concern it. */
  hours?: boolean
  form: ReturnType<typeof useSettings>
  offers: Offers
}

const places = { scenarios: 'rule.scenarios', sources: 'rule.sources' } as const satisfies Record<string, Key>
const gone = { scenarios: 'rule.noScenarios', sources: 'rule.noSources' } as const satisfies Record<string, Key>
const everywhere = { scenarios: 'rule.allScenarios', sources: 'rule.allSources' } as const satisfies Record<string, Key>

/** One kind of news: whether it is told, where, and of what. */
export function RuleRow({ name, title, when, numbers, fields, mistaken = false, hours = true, form, offers }: RuleRowProps) {
  const t = useT()
  const [opened, setOpened] = useState(false)
  const notices: Notices | undefined = form.settings.notices
  const rule: Rule = notices?.rules?.[name] ?? {}
  const on = isOn(notices, name)
  const scope = scopes[name]
  const set = (change: Partial<Rule>) => form.set({ notices: withRule(notices, name, change) })
  const wrong = (member: 'channels' | 'scenarios' | 'sources') => (rule[member] ?? []).map((_, i) => form.at(`/notices/rules/${name}/${member}/${i}`)).find(Boolean)
  const bad = { channels: wrong('channels'), scope: scope && wrong(scope) }
  const open = on && (opened || mistaken || Boolean(bad.channels ?? bad.scope))
  const nowhere = scope && on ? absent(offers.whole[scope] ? offers[scope] : undefined, rule[scope]) : []
  const labels = (from: Option[], chosen: readonly string[] = []) => chosen.map((one) => from.find((each) => each.value === one)?.label ?? one).join(', ')
  const summary = [
    numbers,
    rule.channels?.length && `${t('rule.channels')}: ${labels(offers.channels, rule.channels)}`,
    scope && rule[scope]?.length && `${t(places[scope])}: ${labels(offers[scope], rule[scope])}`,
    hours && rule.urgent && t('rule.urgentToo'),
  ].filter(Boolean)
  return (
    <li>
      <div className={css.rule}>
        <Switch label={title} help={when} checked={on} onChange={(next) => set({ on: next })} />
        {on && (
          <Button size="small" kind="quiet" label={`${t(open ? 'rule.less' : 'rule.more')}: ${title}`} expanded={open} onClick={() => setOpened(!open)}>
            {t(open ? 'rule.less' : 'rule.more')}
          </Button>
        )}
      </div>
      {on && !open && summary.length > 0 && (
        <div className={css.ruleSummary}>
          <Muted small>{summary.join(' · ')}</Muted>
        </div>
      )}
      {scope && nowhere.length > 0 && <Note tone="warn" title={t(gone[scope], { names: nowhere.join(', ') })} />}
      {open && (
        <div className={css.ruleMore}>
          {fields}
          <div className={css.grid2}>
            <MultiSelect
              label={t('rule.channels')}
              help={t('rule.channelsHelp')}
              placeholder={t(name === 'recovered' ? 'rule.sameChannels' : 'rule.allChannels')}
              values={rule.channels ?? []}
              options={choices(offers.channels, rule.channels)}
              onChange={(channels) => set({ channels })}
              error={bad.channels}
            />
            {scope && (
              <MultiSelect
                label={t(places[scope])}
                help={t('rule.scopeHelp')}
                placeholder={t(everywhere[scope])}
                values={rule[scope] ?? []}
                options={choices(offers[scope], rule[scope])}
                onChange={(chosen) => set({ [scope]: chosen })}
                error={bad.scope}
              />
            )}
          </div>
          {hours && !urgent.includes(name) && <Checkbox label={t('rule.urgent')} checked={rule.urgent ?? false} onChange={(urgent) => set({ urgent })} />}
        </div>
      )}
    </li>
  )
}
